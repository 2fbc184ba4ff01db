import { AsyncLocalStorage } from 'node:async_hooks';
import { SECOND_MS } from '../lib/clock.js';
import type { WindowLimit } from './limit-policy.js';

/** Where a caller stands with one window of a limit, as the `RateLimit` fields tell it. */
export interface LimitStanding {
  readonly name: string;
  /** Admitted in each window. */
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
}

const collected = new AsyncLocalStorage<Map<string, LimitStanding>>();

/** Runs one request and keeps in `standings` what its limits came to, whatever way it ends. */
export function collectStandings<T>(standings: Map<string, LimitStanding>, work: () => T): T {
  return collected.run(standings, work);
}

/** Outside of a request (the sweep, the CLI) there is nobody to tell. */
export function noteStandings(standings: readonly LimitStanding[]): void {
  const request = collected.getStore();
  for (const standing of standings) request?.set(standing.name, standing);
}

export function standingOf(window: WindowLimit, used: number, at: number): LimitStanding {
  return {
    name: window.name,
    quota: window.limit,
    windowSeconds: window.windowMs / SECOND_MS,
    remaining: Math.max(0, window.limit - used),
    resetSeconds: Math.ceil((windowEnd(window, at) - at) / SECOND_MS),
  };
}

/** Milliseconds since the epoch. */
export function windowEnd({ windowMs }: WindowLimit, at: number): number {
  return (Math.floor(at / windowMs) + 1) * windowMs;
}
