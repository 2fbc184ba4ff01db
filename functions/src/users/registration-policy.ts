import { MINUTE_MS, SECOND_MS } from '../lib/clock.js';

/** How long a registration may be under way. A request ends within 10 s, so that after this it is dead for sure. */
export const REGISTRATION_LEASE_MS = MINUTE_MS;
/** How long undoing a dead one may be under way. Its three calls have 7 s; the next sweep may take it over then. */
export const UNDOING_LEASE_MS = 30 * SECOND_MS;
/** Bytes of JSON that a user's metadata may take. */
export const METADATA_MAX_BYTES = 16 * 1024;
