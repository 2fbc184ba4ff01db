import { HOUR_MS } from '../lib/clock.js';

/** A session that can't be refreshed ends with its token: Identity Platform's ID tokens live one hour. */
export const SESSION_TOKEN_LIFETIME_MS = HOUR_MS;
