import { randomBytes } from 'node:crypto';
import { type Brand, prefixedId } from '../lib/brand.js';

export type AppId = Brand<'AppId'>;
/** What a partner's client app shows; it ships in the app, so that it names the app rather than proves it. */
export type AppKey = Brand<'AppKey'>;

export const appId = prefixedId<'AppId'>('app');

export function generateAppKey(): AppKey {
  return `gh_app_${randomBytes(32).toString('base64url')}` as AppKey;
}
