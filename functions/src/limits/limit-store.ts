import type { Brand } from '../lib/brand.js';

/** A keyed hash of what is limited: no contact stands in a path. */
export type LimitKey = Brand<'LimitKey'>;

/** Port: counters. `@throws UnavailableError` when the store is down or slow: a limit that can't be counted refuses. */
export interface LimitStore {
  /**
   * Adds `by` to each counter in one atomic write and answers the new values, in order. No two callers that add 1 get
   * the same value.
   */
  add(key: LimitKey, counters: readonly string[], by: 1 | -1, purgeAt: Date): Promise<readonly number[]>;
}
