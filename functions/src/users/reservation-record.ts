import type { Pool } from '../identity/pool.js';
import type { Brand } from '../lib/brand.js';
import type { UserId } from './user-id.js';

/** A keyed hash of pool and contact. */
export type ReservationKey = Brand<'ReservationKey'>;

/**
 * A claim on one contact of a pool. `reserved`: a registration is under way, or died; `held`: a user has the contact.
 * It is what makes contacts unique: the document is made with `create()`.
 */
export interface ReservationRecord {
  /** Where the identity is, or would have been. */
  readonly pool: Pool;
  readonly uid: UserId;
  readonly state: 'reserved' | 'held';
  /**
   * Keyed hash of the whole request, password and ssn among it: the same request again may finish what it began. null once
   * the contacts are held.
   */
  readonly fingerprint: string | null;
  /** All contacts of the same registration. */
  readonly keys: readonly ReservationKey[];
  /** Until then a registration may be running; after it, an unfinished one is dead. null once the contacts are held. */
  readonly leaseUntil: Date | null;
}

/** A reservation as it was written or read. Whoever changes it ends all older claims. */
export interface ReservationClaim {
  readonly key: ReservationKey;
  readonly version: string;
}

export interface ReadReservation extends ReservationRecord, ReservationClaim {}
