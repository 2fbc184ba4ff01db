import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/clock.js';

/** How long it is known what became of a message. */
export const DELIVERY_MEMORY_MS = 30 * DAY_MS;
/** How often a provider is given one message at most; the second time only if it surely did not take the first. */
export const TRIES_PER_MESSAGE = 2;
/**
 * How long a message that was not taken waits for its second try, whatever the provider asks for. SendGrid's limits are of
 * a minute: a mail that came again before its end would have spent its try.
 */
export const RETRY_AFTER_MS = { min: 2 * SECOND_MS, max: 20 * SECOND_MS, maxOfMail: MINUTE_MS };
/** Of the messages that one request of a provider reports on, so many are written down at once: two calls each. */
export const REPORTS_AT_ONCE = 20;
/** A code that has waited for so long leaves only if it is still its user's newest: as long as they wait to ask again. */
export const ORDERED_AFTER_MS = 30 * SECOND_MS;
/** How long a worker has for all that comes before it gives a message to the provider. */
export const CLAIM_LEASE_MS = 10 * SECOND_MS;
/** A notice that comes later than this tells nothing any more. */
export const NOTICE_LIFETIME_MS = DAY_MS;
/** So long the queue tries a notice again by itself; from then on it is tried once in this time. */
export const NOTICE_PAUSE_MS = 5 * MINUTE_MS;

/** Text messages to numbers that differ in their last four digits alone share a prefix. */
export const PREFIX_HIDDEN_DIGITS = 4;
/**
 * Sends to one prefix, in this clock hour and the one before, before the share of codes that were used decides: real
 * people use theirs, the numbers of somebody who is paid for the traffic do not (security.md A-06).
 */
export const PREFIX_BREAKER = { freeSends: 50, minUsedShare: 0.2, windowMs: HOUR_MS, leaseSize: 2 };
/** How long a prefix is left alone that the provider calls pumped or switched off. */
export const PREFIX_FLAG_MS = HOUR_MS;
/** From this share of an org's daily cap on its admins are told. */
export const CAP_NEAR_SHARE = 0.8;
