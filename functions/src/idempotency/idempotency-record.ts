import type { Brand } from '../lib/brand.js';

/** A keyed hash of credential and `Idempotency-Key`. */
export type IdempotencyId = Brand<'IdempotencyId'>;

/** What is remembered of one `Idempotency-Key`. */
export interface IdempotencyRecord {
  /** Keyed hash of the whole request: the key with another one is refused. */
  readonly fingerprint: string;
  /** 128 random bits, the same for every try of the request: what it makes, it makes under ids that follow from them. */
  readonly seed: string;
  /** Until then a try may be running; null once there is an answer. */
  readonly leaseUntil: Date | null;
  /** The answer, encrypted: session tokens are among them. */
  readonly answer: string | null;
  readonly expiresAt: Date;
}

export interface ReadIdempotencyRecord extends IdempotencyRecord {
  readonly version: string;
}

/** One try of a request, for what must come out the same when it is tried again. */
export interface Attempt {
  readonly seed: string;
  /** Whether an earlier try began and was not heard of again. */
  readonly resumed: boolean;
}
