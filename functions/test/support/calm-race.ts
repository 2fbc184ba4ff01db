import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ApiResponse } from './api-client.js';

/** How much of the crowd takes part, round by round. */
const SHARES = [1, 1, 0.5, 0.25, 0.1];
const POLL_MS = 100;
/** A breaker that a round has opened lets a call pass after five seconds. */
const POLLS = 200;

/** A race for so many at once, with people who were in none before. */
export interface Race {
  readonly parallel: number;
  /** What must never happen it checks whatever was answered; that the figures are exact, where nothing was 503. */
  run(parallel: number): Promise<readonly ApiResponse[]>;
  /** Some request that needs the backends and changes nothing: whether all are served again. */
  probe(): Promise<ApiResponse>;
}

/**
 * Races are run against real deadlines, and a machine that is busy with something else can miss them: 503. What such a
 * request has counted may stay counted, as its commit can have had its effect, so that it can't just be sent again. The
 * race is then run once more with other people, and, as the machine is too slow for that many, with fewer from round to
 * round. At least one round must be without a 503, and in that one the figures are exact.
 */
export async function calmly({ parallel, run, probe }: Race): Promise<void> {
  let missed = '';
  for (const share of SHARES) {
    if (missed !== '') await untilServed(probe);
    const failures = (await run(Math.ceil(parallel * share))).filter(({ status }) => status >= 500);
    for (const { status, text } of failures) expect(status, text).to.equal(503);
    if (failures.length === 0) return;
    missed = failures[0]?.text ?? '';
  }
  throw new Error(`no round of ${SHARES.length} was without a missed deadline: ${missed}`);
}

/** Where a race was answered 503, its figures say nothing. */
export function isOverloaded(responses: readonly ApiResponse[]): boolean {
  return responses.some(({ status }) => status === 503);
}

/** Asks in numbers: several processes each have breakers of their own. */
async function untilServed(probe: () => Promise<ApiResponse>): Promise<void> {
  for (let left = POLLS; left > 0; left -= 1) {
    if (!isOverloaded(await Promise.all(Array.from({ length: 12 }, probe)))) return;
    await sleep(POLL_MS);
  }
}
