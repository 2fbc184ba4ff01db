import { SECOND_MS } from '../lib/clock.js';

/** How long a request may take to end a user's codes and sessions. It lives 10 s at most, so that after this it is dead. */
export const REVOCATION_DUE_MS = 15 * SECOND_MS;
