import type { Brand } from '../lib/brand.js';

/** A keyed hash of what is limited: no contact stands in a path. */
export type LimitKey = Brand<'LimitKey'>;

/** A counter is added to, or raised. Names are paths: `clients.c1.failures` stands below `clients.c1` and `clients`. */
export type CountChange =
  | { readonly field: string; readonly add: number }
  | { readonly field: string; readonly atLeast: number };

/** What a document came to. */
export interface CountResult {
  /** Of each counter that was changed, in order. */
  readonly counts: readonly number[];
  /** Changes with every write. */
  readonly version: string;
}

/** Port: counters. `@throws UnavailableError` when the store is down or slow: a limit that can't be counted refuses. */
export interface LimitStore {
  /**
   * Changes the counters in one atomic write and answers what each came to, in order. No two callers that add 1 get the
   * same value. `@throws OverloadedError` when this one document is written too often.
   */
  change(key: LimitKey, changes: readonly CountChange[], purgeAt: Date): Promise<CountResult>;
  /**
   * Removes counters and all that stands below them; with a version, only if nothing was changed since. False when there is
   * nothing, or something else, to remove them from.
   */
  forget(key: LimitKey, fields: readonly string[], version?: string): Promise<boolean>;
}
