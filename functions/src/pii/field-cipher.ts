import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from '../lib/keyring.js';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where a value belongs. It is bound into the ciphertext: moved to another user or field, the value can't be read. */
export interface FieldPlace {
  readonly poolId: string;
  readonly uid: string;
  readonly field: string;
}

/** AES-256-GCM with a random 96-bit IV. Stored as `v<key version>.<base64url of iv, ciphertext and tag>`. */
export class FieldCipher {
  constructor(private readonly keys: Keyring) {}

  encrypt(place: FieldPlace, plaintext: string): string {
    const { version, key } = this.keys.current;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(associatedData(place, version));
    const sealed = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v${version}.${sealed.toString('base64url')}`;
  }

  /** @throws Error when the value was changed, moved, or its key is gone. */
  decrypt(place: FieldPlace, stored: string): string {
    const [, digits, body] = /^v(\d+)\.([A-Za-z0-9_-]+)$/.exec(stored) ?? [];
    const key = digits === undefined ? undefined : this.keys.find(Number(digits));
    if (key === undefined || body === undefined) throw new Error('the encrypted field has no known key version');
    const sealed = Buffer.from(body, 'base64url');
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(associatedData(place, Number(digits)))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}

function associatedData({ poolId, uid, field }: FieldPlace, version: number): Buffer {
  return Buffer.from(JSON.stringify([poolId, uid, field, version]));
}
