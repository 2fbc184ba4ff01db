import { setTimeout as sleep } from 'node:timers/promises';

/** The time, in milliseconds since the epoch. Injected, so that tests move it. */
export interface Clock {
  now(): number;
  /** Waits so many milliseconds. */
  pause(milliseconds: number): Promise<unknown>;
}

export const systemClock: Clock = { now: () => Date.now(), pause: (milliseconds) => sleep(milliseconds) };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
