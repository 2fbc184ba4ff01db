import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Brand } from '../lib/brand.js';

/** The public half of a credential, `gh_key_live_…`; also the document's id. */
export type KeyId = Brand<'KeyId'>;
/** The secret half, `gh_secret_live_…`: 256 random bits and a checksum. Shown once, never stored. */
export type OrgSecret = Brand<'OrgSecret'>;
export type CredentialEnvironment = 'live' | 'test';

const KEY_PATTERN = /^gh_key_(live|test)_[A-Za-z0-9_-]{22}$/;
const SECRET_PATTERN = /^(gh_secret_(?:live|test)_[A-Za-z0-9_-]{43})([0-9a-f]{8})$/;
/** Of a secret, to recognise it by. */
export const SHOWN_PREFIX_LENGTH = 'gh_secret_live_'.length + 4;

export function generateKeyId(environment: CredentialEnvironment): KeyId {
  return `gh_key_${environment}_${randomBytes(16).toString('base64url')}` as KeyId;
}

export function isKeyId(value: string): value is KeyId {
  return KEY_PATTERN.test(value);
}

export function environmentOf(key: KeyId): CredentialEnvironment {
  return KEY_PATTERN.exec(key)?.[1] === 'test' ? 'test' : 'live';
}

export function generateSecret(environment: CredentialEnvironment): OrgSecret {
  const body = `gh_secret_${environment}_${randomBytes(32).toString('base64url')}`;
  return `${body}${checksum(body)}` as OrgSecret;
}

/** Whether this can be one of our secrets at all. A typing error is told from a wrong secret without a read or a hash. */
export function isSecret(value: string): value is OrgSecret {
  const [, body, sum] = SECRET_PATTERN.exec(value) ?? [];
  return body !== undefined && checksum(body) === sum;
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
