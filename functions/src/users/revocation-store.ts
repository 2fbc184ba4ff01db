import type { RevocationId, RevocationRecord } from './revocation-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface RevocationStore {
  add(revocation: RevocationRecord): Promise<void>;
  /** Those due at `time` or before, the longest due first; `after` is the last of the page before. */
  findDue(time: Date, limit: number, after?: RevocationRecord): Promise<readonly RevocationRecord[]>;
  /** Removing one that is gone is no error. */
  remove(id: RevocationId): Promise<void>;
}
