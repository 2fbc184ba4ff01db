import { DAY_MS, HOUR_MS, MINUTE_MS } from '../lib/clock.js';

/** At most `limit` in each fixed window of `windowMs`. Windows end at multiples of their length since the epoch. */
export interface WindowLimit {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

export type LimitPolicy = readonly WindowLimit[];

/** Messages with a code of one purpose to one contact of one pool (NIST SP 800-63B-4 3.2.2, Twilio's advice against SMS pumping). */
export const CODE_SENDS: LimitPolicy = [
  { name: 'sends10m', limit: 3, windowMs: 10 * MINUTE_MS },
  { name: 'sends1h', limit: 5, windowMs: HOUR_MS },
  { name: 'sends1d', limit: 10, windowMs: DAY_MS },
];

/** Passwords tried for one account, right or wrong: each try counts before its password is compared. */
export const PASSWORD_TRIES: LimitPolicy = [
  { name: 'tries10m', limit: 10, windowMs: 10 * MINUTE_MS },
  { name: 'tries1d', limit: 100, windowMs: DAY_MS },
];

/** The limits by the names under which routes declare them. */
export const LIMITS = { code_sends: CODE_SENDS, password_tries: PASSWORD_TRIES } as const;
export type LimitName = keyof typeof LIMITS;
