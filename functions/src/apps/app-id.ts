import { randomBytes } from 'node:crypto';
import { type Brand, prefixedId } from '../lib/brand.js';
import { hmac } from '../lib/crypto.js';

export type AppId = Brand<'AppId'>;
/** What a partner's client app shows; it ships in the app, so that it names the app rather than proves it. */
export type AppKey = Brand<'AppKey'>;

export const appId = prefixedId<'AppId'>('app');

export function generateAppKey(): AppKey {
  return `gh_app_${randomBytes(32).toString('base64url')}` as AppKey;
}

/** base64url of a keyed SHA-256: the key is random, so that a fast hash is enough. */
export function hashAppKey(indexKey: Buffer, key: AppKey): string {
  return hmac(indexKey, ['app key', key]).toString('base64url');
}
