import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { MINUTE_MS } from '../../src/lib/clock.js';
import { type ApiResponse, UnservedError } from './api-client.js';
import { dose } from './dose.js';

/** How much of the crowd takes part, round by round. */
const SHARES = [1, 1, 0.5, 0.25, 0.1];
const POLL_MS = 100;
/** A breaker that a round has opened lets a call pass after five seconds. */
const POLLS = 200;
/** The shortest of the windows in which sends and tries are counted; the longer ones end with one of these. */
const WINDOW_MS = 10 * MINUTE_MS;
/** Of a test that races: all its rounds, on a machine that is busy with something else. */
export const RACE_TIMEOUT_MS = dose(300_000, 3_600_000);

/** A race for so many at once, with people who were in none before. */
export interface Race {
  readonly parallel: number;
  /** What must never happen it checks whatever was answered; that the figures are exact, where nothing was 503. */
  run(parallel: number): Promise<readonly ApiResponse[]>;
  /** Some request that needs the backends and changes nothing: whether all are served again. */
  probe(): Promise<ApiResponse>;
  /** Of figures that are limits: the time that the limits go by. */
  readonly limitedBy?: () => number;
}

/**
 * Races are run against real deadlines, and a machine that is busy with something else can miss them: 503. What such a
 * request has counted may stay counted, as its commit can have had its effect, so that it can't just be sent again. The
 * race is then run once more with other people, and, as the machine is too slow for that many, with fewer from round to
 * round. At least one round must be without a 503, and in that one the figures are exact. The same for a race during
 * which limits begin anew.
 */
export async function calmly({ parallel, run, probe, limitedBy = () => 0 }: Race): Promise<void> {
  let missed = '';
  for (const share of SHARES) {
    if (missed !== '') await untilServed(probe);
    const window = Math.floor(limitedBy() / WINDOW_MS);
    const isSpoilt = () => Math.floor(limitedBy() / WINDOW_MS) !== window;
    missed = await missedBy(() => run(Math.ceil(parallel * share)), isSpoilt);
    if (missed === '') return;
  }
  throw new Error(`no round of ${SHARES.length} was without a missed deadline: ${missed}`);
}

/** The same for one who walks through a function with real deadlines, expecting each step to succeed. */
export function calmWalk(walk: () => Promise<void>, probe: Race['probe']): Promise<void> {
  return calmly({ parallel: 1, run: () => walk().then(() => []), probe });
}

/** Where a race was answered 503, its figures say nothing. */
export function isOverloaded(responses: readonly ApiResponse[]): boolean {
  return responses.some(({ status }) => status === 503);
}

/** Tries again, a few times, what a machine that was too busy has spoilt. Answers what came of the last time. */
export async function untilCalm<T>(attempt: () => Promise<T>, isSpoilt: (result: T) => boolean, tries = 5): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    const result = await attempt();
    if (left <= 0 || !isSpoilt(result)) return result;
    await sleep(POLL_MS);
  }
}

/** Asks until it is served: for a request that may be made again, of a function with real deadlines. */
export function askUntilServed(ask: () => Promise<ApiResponse>): Promise<ApiResponse> {
  return untilCalm(ask, (response) => isOverloaded([response]), POLLS);
}

/** Why a round says nothing; empty when it does. @throws what must never happen */
async function missedBy(round: () => Promise<readonly ApiResponse[]>, isSpoilt: () => boolean): Promise<string> {
  try {
    const failures = (await round()).filter(({ status }) => status >= 500);
    for (const { status, text } of failures) expect(status, text).to.equal(503);
    return failures[0]?.text ?? '';
  } catch (error) {
    if (error instanceof UnservedError) return error.message;
    if (isSpoilt()) return 'limits began anew';
    throw error;
  }
}

/** Asks in numbers: several processes each have breakers of their own. */
async function untilServed(probe: () => Promise<ApiResponse>): Promise<void> {
  for (let left = POLLS; left > 0; left -= 1) {
    if (!isOverloaded(await Promise.all(Array.from({ length: 12 }, probe)))) return;
    await sleep(POLL_MS);
  }
}
