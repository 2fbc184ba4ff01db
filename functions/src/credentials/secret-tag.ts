import { hmac } from '../lib/crypto.js';
import type { KeyId, OrgSecret } from './credential-id.js';

/**
 * A MAC of key id and secret, stored beside the bcrypt hash: who has not got the secret is refused for microseconds of CPU.
 * A fast hash is enough for 256 random bits; the key keeps a dump of the database alone from being checked against at all.
 */
export class SecretTagger {
  private readonly key: Buffer;

  /** @param indexKey the key of everything that is found by its MAC; tags have one of their own, derived from it. */
  constructor(indexKey: Buffer) {
    this.key = hmac(indexKey, ['credential tag']);
  }

  tag(key: KeyId, secret: OrgSecret): Buffer {
    return hmac(this.key, [key, secret]);
  }
}

export function toStoredTag(tag: Buffer): string {
  return tag.toString('base64url');
}

export function fromStoredTag(stored: string): Buffer {
  return Buffer.from(stored, 'base64url');
}
