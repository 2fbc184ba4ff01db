import { MINUTE_MS } from '../lib/clock.js';

/** How long a verified credential, and its org's settings and status, are remembered: revocation takes this long. */
export const CREDENTIAL_CACHE_MS = MINUTE_MS;
/** Credentials remembered per instance. */
export const CREDENTIAL_CACHE_SIZE = 10_000;
/** bcrypt's work factor: about 50 ms. */
export const BCRYPT_COST = 10;
/** bcrypt runs at once per instance: libuv has four threads, and they serve DNS and files too. */
export const BCRYPT_CONCURRENCY = 4;
/** Verifications that may wait for a thread; one more is answered 503. */
export const BCRYPT_QUEUE = 50;
