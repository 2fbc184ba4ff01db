import { randomBytes } from 'node:crypto';
import { GatehouseError, IdempotencyMismatchError, RequestInProgressError } from '../errors/gatehouse-error.js';
import { ignoreOutage } from '../errors/ignore-outage.js';
import type { Clock } from '../lib/clock.js';
import { hmac, keyedId } from '../lib/crypto.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { IDEMPOTENCY_LEASE_MS, IDEMPOTENCY_MEMORY_MS, PASSING_ERRORS } from './idempotency-policy.js';
import type { Attempt, IdempotencyId, IdempotencyRecord, ReadIdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyStore } from './idempotency-store.js';

interface IdempotencyDependencies {
  readonly idempotency: IdempotencyStore;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

export interface IdempotentRequest {
  /** Whose key it is: the same key of two callers are two keys. */
  readonly caller: string;
  readonly key: string;
  /** All that makes the request what it is. */
  readonly request: readonly string[];
}

/** How a request ended: with a value, or with an error that is its answer as well. */
export type Outcome<T> = { readonly value: T } | { readonly error: GatehouseError };

type StoredAnswer<T> = { readonly value: T } | { readonly error: Pick<GatehouseError, 'code' | 'message' | 'details'> };

/** A try without an `Idempotency-Key`: nothing was begun before it. */
export function freshAttempt(): Attempt {
  return { seed: randomBytes(16).toString('base64url'), resumed: false };
}

/**
 * Runs each request of an `Idempotency-Key` once and gives its answer again for a day. A try whose instance died is taken
 * over by the next one when its lease is over; it has the same seed, so that what was made is found again.
 */
export class IdempotencyService {
  constructor(private readonly deps: IdempotencyDependencies) {}

  /**
   * `value` must be JSON. Errors that may pass are thrown and not kept.
   * @throws IdempotencyMismatchError, RequestInProgressError, UnavailableError
   */
  async run<T>(
    { caller, key, request }: IdempotentRequest,
    work: (attempt: Attempt) => Promise<T>,
  ): Promise<{ readonly outcome: Outcome<T>; readonly replayed: boolean }> {
    const id = keyedId(this.deps.indexKey, ['idempotency', caller, key]) as IdempotencyId;
    const fingerprint = hmac(this.deps.indexKey, ['idempotent request', ...request]).toString('base64url');
    const begun = await this.begin(id, fingerprint);
    if ('answer' in begun) return { outcome: this.open<T>(id, begun.answer), replayed: true };
    const outcome = await this.attempt(id, () => work(begun));
    await this.settle(id, outcome);
    return { outcome, replayed: false };
  }

  private async begin(id: IdempotencyId, fingerprint: string): Promise<Attempt | { readonly answer: string }> {
    const fresh = this.draft(fingerprint, freshAttempt().seed);
    if (await this.deps.idempotency.create(id, fresh)) return { seed: fresh.seed, resumed: false };
    const found = await this.deps.idempotency.find(id);
    if (found === null) throw new RequestInProgressError();
    const now = this.deps.clock.now();
    const isForgotten = found.expiresAt.getTime() <= now;
    if (!isForgotten && found.fingerprint !== fingerprint) throw new IdempotencyMismatchError();
    if (!isForgotten && found.answer !== null) return { answer: found.answer };
    // Also of a try that was begun just before its key was forgotten.
    if (found.leaseUntil !== null && found.leaseUntil.getTime() > now) throw new RequestInProgressError();
    if (isForgotten) return this.takeOver(id, fresh, found, false);
    return this.takeOver(id, { ...this.draft(fingerprint, found.seed), expiresAt: found.expiresAt }, found, true);
  }

  private async takeOver(
    id: IdempotencyId,
    record: IdempotencyRecord,
    { version }: ReadIdempotencyRecord,
    resumed: boolean,
  ): Promise<Attempt> {
    if (await this.deps.idempotency.replace(id, record, version)) return { seed: record.seed, resumed };
    throw new RequestInProgressError();
  }

  private async attempt<T>(id: IdempotencyId, work: () => Promise<T>): Promise<Outcome<T>> {
    try {
      return { value: await work() };
    } catch (error) {
      if (error instanceof GatehouseError && !PASSING_ERRORS.includes(error.code)) return { error };
      await this.deps.idempotency.release(id).catch(ignoreOutage);
      throw error;
    }
  }

  /** The work is done, so that its answer stands; unkept, the next try resumes it when the lease is over. */
  private async settle<T>(id: IdempotencyId, outcome: Outcome<T>): Promise<void> {
    const stored: StoredAnswer<T> =
      'value' in outcome
        ? outcome
        : { error: { code: outcome.error.code, message: outcome.error.message, details: outcome.error.details } };
    await this.deps.idempotency
      .settle(id, this.deps.cipher.encrypt(placeOf(id), JSON.stringify(stored)))
      .catch(ignoreOutage);
  }

  private open<T>(id: IdempotencyId, sealed: string): Outcome<T> {
    const stored = JSON.parse(this.deps.cipher.decrypt(placeOf(id), sealed)) as StoredAnswer<T>;
    if ('value' in stored) return stored;
    const { code, message, details = [] } = stored.error;
    return { error: new GatehouseError(code, message, { details }) };
  }

  private draft(fingerprint: string, seed: string): IdempotencyRecord {
    const now = this.deps.clock.now();
    const leaseUntil = new Date(now + IDEMPOTENCY_LEASE_MS);
    return { fingerprint, seed, leaseUntil, answer: null, expiresAt: new Date(now + IDEMPOTENCY_MEMORY_MS) };
  }
}

function placeOf(id: IdempotencyId) {
  return { poolId: 'idempotency', uid: id, field: 'answer' };
}
