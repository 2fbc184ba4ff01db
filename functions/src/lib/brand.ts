import { randomBytes } from 'node:crypto';
import { hmac } from './crypto.js';

/** A string that only its own file can make, so that a uid is never passed where a sid belongs. */
export type Brand<Name extends string> = string & { readonly __brand: Name };

const RANDOM_BYTES = 16;
const RANDOM_LENGTH = 22;
/** 16 bytes as base64url. */
const RANDOM_PATTERN = `[A-Za-z0-9_-]{${RANDOM_LENGTH}}`;

/**
 * Generator and guard of one kind of prefixed id: `usr_` and 128 random bits. The prefix keeps ids apart in logs and keeps
 * them from being reserved Firestore names (`__x__`, `.`, `..`).
 */
export function prefixedId<Name extends string>(prefix: string) {
  const pattern = new RegExp(`^${prefix}_${RANDOM_PATTERN}$`);
  return {
    /** The id with these 128 random bits, as base64url. */
    of: (random: string) => `${prefix}_${random}` as Brand<Name>,
    /** The one id of what these parts name, however often it is asked for. */
    named: (key: Buffer, parts: readonly string[]) =>
      `${prefix}_${hmac(key, [prefix, ...parts])
        .toString('base64url')
        .slice(0, RANDOM_LENGTH)}` as Brand<Name>,
    generate: () => `${prefix}_${randomBytes(RANDOM_BYTES).toString('base64url')}` as Brand<Name>,
    is: (value: unknown): value is Brand<Name> => typeof value === 'string' && pattern.test(value),
  };
}
