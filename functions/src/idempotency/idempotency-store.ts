import type { IdempotencyId, IdempotencyRecord, ReadIdempotencyRecord } from './idempotency-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface IdempotencyStore {
  /** False when there is a record of this id. Of parallel callers one is answered true. */
  create(id: IdempotencyId, record: IdempotencyRecord): Promise<boolean>;
  find(id: IdempotencyId): Promise<ReadIdempotencyRecord | null>;
  /** Puts another record in its place, if nobody changed it since it was read. */
  replace(id: IdempotencyId, record: IdempotencyRecord, version: string): Promise<boolean>;
  /** Keeps the answer, and ends the lease. */
  settle(id: IdempotencyId, answer: string): Promise<void>;
  /** Ends the lease without an answer. */
  release(id: IdempotencyId): Promise<void>;
}
