import { SECOND_MS } from './clock.js';

export interface BackendTimes {
  /** The whole call, its repetitions and the waits between them. A request's own deadline may end it sooner. */
  readonly timeoutMs: number;
  /** One attempt, where the call has room for more than one; else an attempt may take all that is left of the call. */
  readonly attemptMs?: number;
}

/** How long one call to a backend may take; the longest path of a request stays below its own 10 s. */
export const BACKEND_TIMES = {
  firestore: { timeoutMs: 2 * SECOND_MS },
  identityPlatform: { timeoutMs: 3 * SECOND_MS },
  iam: { timeoutMs: 4 * SECOND_MS, attemptMs: 2 * SECOND_MS },
  tasks: { timeoutMs: 2 * SECOND_MS },
  delivery: { timeoutMs: 4 * SECOND_MS },
} as const satisfies Record<string, BackendTimes>;

export type BackendTimesByName = Readonly<Record<keyof typeof BACKEND_TIMES, BackendTimes>>;

/** How often a call is repeated at most, where repeating it is safe. */
export const REPETITIONS = { read: 2, commit: 3, signing: 1 };

/** The waits before the repetitions of a call: 20–40, 40–80, 80–160 ms, drawn anew each time. */
export const BACKOFF = { initialDelayMs: 40, maxDelayMs: 200 };

/**
 * Repetitions of all calls to a backend together: one for every ten calls, so that an outage is met by at most 1.1 times
 * the calls. What was not used is saved up to `saved`, which is also what an instance starts with: gRPC's own figures.
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs
 */
export const RETRY_BUDGET = { callsEach: 10, saved: 10 };

export interface BreakerPolicy {
  /** The breaker looks back as far as this; seconds without a call are not counted. */
  readonly windowMs: number;
  /** With fewer calls in the window it stays closed. */
  readonly minCalls: number;
  /** It opens when more than this share of them were outages. */
  readonly threshold: number;
  /** Open, it lets one call pass each time that this is over. */
  readonly probeEveryMs: number;
}

/** At one call a second it opens with the fourth failure in a row, above that after half the window at most. */
export const BREAKER: BreakerPolicy = {
  windowMs: 6 * SECOND_MS,
  minCalls: 6,
  threshold: 0.5,
  probeEveryMs: 5 * SECOND_MS,
};
