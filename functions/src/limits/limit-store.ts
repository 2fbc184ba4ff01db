import type { Brand } from '../lib/brand.js';
import { keyedId } from '../lib/crypto.js';

/** A keyed hash of what is limited: no contact stands in a path. */
export type LimitKey = Brand<'LimitKey'>;

export function limitKey(indexKey: Buffer, parts: readonly string[]): LimitKey {
  return keyedId(indexKey, parts) as LimitKey;
}

/** A counter is added to, or raised. Names are paths: `clients.c1.failures` stands below `clients.c1` and `clients`. */
export type CountChange =
  | { readonly field: string; readonly add: number }
  | { readonly field: string; readonly atLeast: number };

/** Counters of one document. */
export interface DocumentChange {
  readonly key: LimitKey;
  readonly changes: readonly CountChange[];
  readonly purgeAt: Date;
}

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
  /** The same for several documents in one commit: of parallel ones, whoever is first in one document is first in all. */
  changeAll(changes: readonly DocumentChange[]): Promise<readonly CountResult[]>;
  /**
   * Removes counters and all that stands below them; with a version, only if nothing was changed since. False when there is
   * nothing, or something else, to remove them from.
   */
  forget(key: LimitKey, fields: readonly string[], version?: string): Promise<boolean>;
}
