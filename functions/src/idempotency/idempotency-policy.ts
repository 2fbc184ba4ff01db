import type { ErrorCode } from '../errors/gatehouse-error.js';
import { DAY_MS, SECOND_MS } from '../lib/clock.js';

/** How long an answer is kept for its key. */
export const IDEMPOTENCY_MEMORY_MS = DAY_MS;
/** A request ends within 10 s; after this one that is still running has died with its instance. */
export const IDEMPOTENCY_LEASE_MS = 20 * SECOND_MS;

/**
 * Errors after which the same request may well succeed: they are not kept. Every other answer is the answer, and comes
 * again.
 */
export const PASSING_ERRORS: readonly ErrorCode[] = [
  'request_in_progress',
  'rate_limited',
  'locked_out',
  'sms_not_allowed',
  'sending_stopped',
  'internal',
  'delivery_failed',
  'unavailable',
];
