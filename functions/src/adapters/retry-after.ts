import { RETRY_AFTER_MS } from '../delivery/delivery-policy.js';
import { SECOND_MS } from '../lib/clock.js';

interface AskedToWait {
  readonly retryAfter: unknown;
  readonly reset?: unknown;
  readonly maxMs?: number;
}

/**
 * How long a provider wants to be left alone, in milliseconds, within our own bounds. `Retry-After` has seconds or a date
 * (RFC 9110, 10.2.3), `reset` the second since the epoch when its limit begins anew.
 */
export function retryAfterMs({ retryAfter, reset, maxMs = RETRY_AFTER_MS.max }: AskedToWait, now = Date.now()): number {
  const waits = [secondsOf(retryAfter), dateOf(retryAfter) - now, secondsOf(reset) - now];
  const asked = waits.find((wait) => Number.isFinite(wait)) ?? 0;
  return Math.min(maxMs, Math.max(RETRY_AFTER_MS.min, asked));
}

function secondsOf(header: unknown): number {
  return typeof header === 'string' && /^\d{1,12}$/.test(header) ? Number(header) * SECOND_MS : Number.NaN;
}

function dateOf(header: unknown): number {
  return typeof header === 'string' ? Date.parse(header) : Number.NaN;
}
