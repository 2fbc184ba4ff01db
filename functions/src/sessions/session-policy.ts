import { DAY_MS, HOUR_MS, SECOND_MS } from '../lib/clock.js';

/** A session that can't be refreshed ends with its token: Identity Platform's ID tokens live one hour. */
export const SESSION_TOKEN_LIFETIME_MS = HOUR_MS;

/** What no session outlives, whatever it is refreshed by (design.md, decision 8). */
export const SESSION_LIFETIME_MS = 30 * DAY_MS;

/** When a session that begins at `now` ends: with its token, or sooner where it may not live as long. */
export function sessionEnd(now: number, lifetimeSeconds: number): Date {
  return new Date(now + Math.min(SESSION_TOKEN_LIFETIME_MS, lifetimeSeconds * SECOND_MS));
}
