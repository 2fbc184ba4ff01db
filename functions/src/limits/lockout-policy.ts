import { HOUR_MS, SECOND_MS } from '../lib/clock.js';
import type { LimitStanding } from './limit-standing.js';

/** Failures in a row after which nothing is accepted any more until it is unlocked (NIST SP 800-63B-4 3.2.2). */
export const FAILURE_CEILING = 100;
/** From this failure in a row on, nothing is compared before a pause. */
export const BACK_OFF_FROM_FAILURE = 5;
/** The first pause; each further failure doubles it. */
export const BACK_OFF_BASE_MS = 30 * SECOND_MS;
export const BACK_OFF_CEILING_MS = HOUR_MS;

/** The pause after the given number of failures in a row, in milliseconds; 0 for none. */
export function backOffMs(failures: number): number {
  if (failures < BACK_OFF_FROM_FAILURE) return 0;
  return Math.min(BACK_OFF_CEILING_MS, BACK_OFF_BASE_MS * 2 ** (failures - BACK_OFF_FROM_FAILURE));
}

/** A pause as a limit: so many failures, and no more until it is over. */
export function lockoutStanding(name: string, waitMs: number): LimitStanding {
  return {
    name,
    quota: BACK_OFF_FROM_FAILURE,
    windowSeconds: BACK_OFF_CEILING_MS / SECOND_MS,
    remaining: 0,
    resetSeconds: Math.ceil(waitMs / SECOND_MS),
  };
}
