import { type ExceededLimit, RateLimitedError } from '../errors/gatehouse-error.js';
import { type Clock, DAY_MS, SECOND_MS } from '../lib/clock.js';
import { keyedId } from '../lib/crypto.js';
import type { LimitPolicy, WindowLimit } from './limit-policy.js';
import type { LimitKey, LimitStore } from './limit-store.js';

/** What was counted, to give some of it back. */
export interface Reservation {
  readonly key: LimitKey;
  readonly at: number;
}

export interface Count {
  readonly reservation: Reservation;
  /** The windows that are full. */
  readonly exceeded: readonly ExceededLimit[];
}

/**
 * Counts before the work is done, in one write for all windows of all policies of one subject, so that parallel
 * requests are each given their own ordinal and exactly as many as allowed get through.
 */
export class Limiter {
  constructor(
    private readonly deps: { readonly limits: LimitStore; readonly clock: Clock; readonly indexKey: Buffer },
  ) {}

  /** @throws RateLimitedError when any window is full. @throws UnavailableError */
  async reserve(subject: readonly string[], policy: LimitPolicy): Promise<Reservation> {
    const { reservation, exceeded } = await this.count(subject, policy);
    if (exceeded.length > 0) return this.refuse(reservation, policy, exceeded);
    return reservation;
  }

  /** Counts, and leaves it to the caller what follows from a full window. @throws UnavailableError */
  async count(subject: readonly string[], policy: LimitPolicy): Promise<Count> {
    const at = this.deps.clock.now();
    const reservation = { key: this.key(subject, at), at };
    const counts = await this.add(reservation, policy, 1);
    const exceeded = policy.filter((window, index) => (counts[index] ?? 0) > window.limit);
    return { reservation, exceeded: exceeded.map((window) => describeExceeded(window, at)) };
  }

  /** Gives everything back first: a refused request must not use up the longer windows. @throws RateLimitedError */
  async refuse(reservation: Reservation, policy: LimitPolicy, exceeded: readonly ExceededLimit[]): Promise<never> {
    await this.giveBack(reservation, policy);
    throw new RateLimitedError(exceeded);
  }

  /** Undoes a count whose work was not done. Losing this write leaves the limit stricter, never looser. */
  async giveBack(reservation: Reservation, policy: LimitPolicy): Promise<void> {
    await this.add(reservation, policy, -1);
  }

  private add(reservation: Reservation, policy: LimitPolicy, by: 1 | -1): Promise<readonly number[]> {
    const counters = policy.map((window) => `${window.name}_${Math.floor(reservation.at / window.windowMs)}`);
    return this.deps.limits.add(reservation.key, counters, by, new Date(reservation.at + 2 * DAY_MS));
  }

  /** One document per subject and day; each window of the day is a field of it. */
  private key(subject: readonly string[], at: number): LimitKey {
    return keyedId(this.deps.indexKey, ['limit', ...subject, String(Math.floor(at / DAY_MS))]) as LimitKey;
  }
}

function describeExceeded({ name, limit, windowMs }: WindowLimit, at: number): ExceededLimit {
  const windowEnd = (Math.floor(at / windowMs) + 1) * windowMs;
  return {
    name,
    quota: limit,
    windowSeconds: windowMs / SECOND_MS,
    resetSeconds: Math.ceil((windowEnd - at) / SECOND_MS),
  };
}
