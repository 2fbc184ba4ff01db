import { HOUR_MS, MINUTE_MS } from '../lib/clock.js';

/** How long a credential's documents, and its org's, are relied on after they were read: revocation takes this long. */
export const CREDENTIAL_CACHE_MS = MINUTE_MS;
/** Credentials remembered per instance, in each memory. */
export const CREDENTIAL_CACHE_SIZE = 10_000;
/** bcrypt's work factor: about 50 ms. */
export const BCRYPT_COST = 10;
/** bcrypt runs at once per instance: libuv has four threads, and they serve DNS and files too. */
export const BCRYPT_CONCURRENCY = 4;
/** Verifications that may wait for a thread; one more is answered 503. */
export const BCRYPT_QUEUE = 50;
/**
 * Comparisons per key id, second and instance; one more is answered 503. A right secret needs one in an instance's life, and
 * a wrong one none: this holds for what should not be, a credential without a tag or with a hash of another secret.
 */
export const BCRYPT_PER_KEY_AND_SECOND = 10;
/**
 * When a refusal is answered that a document was read for, from the start of the read: sooner or later would tell whether the
 * document is there. Longer than all but the slowest reads take.
 */
export const REFUSAL_AFTER_READ_MS = 100;
/**
 * How long a new secret can be read in the console unless it is used first. The sweep, each minute, takes it away: with
 * that it is gone within 15 minutes.
 */
export const SECRET_SHOWN_MS = 13 * MINUTE_MS;
/** `lastUsedAt` is no more exact than this, so that it costs a write an hour. */
export const LAST_USED_GRAIN_MS = HOUR_MS;
/** Networks of an allow-list. */
export const ALLOWED_ADDRESSES_MAX = 100;
export const CREDENTIAL_NAME_MAX = 100;
