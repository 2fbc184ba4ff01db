import { MINUTE_MS } from '../lib/clock.js';

/** How long a registration may be under way. A request ends within 10 s, so that after this it is dead for sure. */
export const REGISTRATION_LEASE_MS = MINUTE_MS;
/** Bytes of JSON that a user's metadata may take. */
export const METADATA_MAX_BYTES = 16 * 1024;
