import { DAY_MS, HOUR_MS, SECOND_MS } from '../lib/clock.js';

/** A session that can't be refreshed ends with its token: Identity Platform's ID tokens live one hour. */
export const SESSION_TOKEN_LIFETIME_MS = HOUR_MS;

/** What no session outlives, whatever it is refreshed by (design.md, decision 8). */
export const SESSION_LIFETIME_MS = 30 * DAY_MS;

/** How long a session lives that can't be refreshed: as long as its token, or `seconds` where that is less. */
export function unrefreshedLifetimeMs(seconds: number): number {
  return Math.min(SESSION_TOKEN_LIFETIME_MS, seconds * SECOND_MS);
}
