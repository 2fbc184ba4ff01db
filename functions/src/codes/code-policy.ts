import { DAY_MS } from '../lib/clock.js';

/** Codes compared per challenge, whatever the parallelism (ASVS 6.6.3). */
export const TRIES_PER_CODE = 5;
/** Seconds a code lives at most, whatever an org asks for (NIST SP 800-63B-4 3.1.3.2). */
export const CODE_LIFETIME_CEILING_SECONDS = 600;
/** What a client is told to wait before it asks for another code; the send limits are what holds. */
export const RESEND_AFTER_SECONDS = 30;
/** How long it is remembered, after a code's end, that somebody claimed it; a request lives ten seconds. */
export const CLAIM_MEMORY_MS = DAY_MS;
/** How long failures are remembered after the last code was sent. */
export const FAILURE_MEMORY_MS = 30 * DAY_MS;

/** Digits of a code at least and at most (NIST SP 800-63B-4 3.1.3.2 asks for six by default). */
const CODE_LENGTH_BOUNDS = { min: 4, max: 10 };
const CODE_LIFETIME_FLOOR_SECONDS = 60;

/** An org's settings for its codes, within our bounds whatever its document says. Lifetime in seconds. */
export function codeRules(settings: { readonly codeLength: number; readonly codeLifetimeSeconds: number }) {
  const within = (value: number, min: number, max: number) => Math.trunc(Math.min(max, Math.max(min, value)));
  return {
    length: within(settings.codeLength, CODE_LENGTH_BOUNDS.min, CODE_LENGTH_BOUNDS.max),
    lifetimeSeconds: within(settings.codeLifetimeSeconds, CODE_LIFETIME_FLOOR_SECONDS, CODE_LIFETIME_CEILING_SECONDS),
  };
}
