import { DAY_MS } from '../lib/clock.js';

/** Codes compared per challenge, whatever the parallelism (ASVS 6.6.3). */
export const TRIES_PER_CODE = 5;
/** What a client is told to wait before it asks for another code; the send limits are what holds. */
export const RESEND_AFTER_SECONDS = 30;
/** How long it is remembered, after a code's end, that somebody claimed it; a request lives ten seconds. */
export const CLAIM_MEMORY_MS = DAY_MS;
/** How long failures are remembered after the last code was sent. */
export const FAILURE_MEMORY_MS = 30 * DAY_MS;

/** Digits of a code at least and at most (NIST SP 800-63B-4 3.1.3.2 asks for six by default). */
export const CODE_LENGTH = { min: 4, max: 10 };
/** Seconds that a code lives, whatever an org asks for (NIST SP 800-63B-4 3.1.3.2). */
export const CODE_LIFETIME_SECONDS = { min: 60, max: 600 };

/** An org's settings for its codes, within our bounds whatever its document says. Lifetime in seconds. */
export function codeRules(settings: { readonly codeLength: number; readonly codeLifetimeSeconds: number }) {
  const within = (value: number, min: number, max: number) => Math.trunc(Math.min(max, Math.max(min, value)));
  return {
    length: within(settings.codeLength, CODE_LENGTH.min, CODE_LENGTH.max),
    lifetimeSeconds: within(settings.codeLifetimeSeconds, CODE_LIFETIME_SECONDS.min, CODE_LIFETIME_SECONDS.max),
  };
}
