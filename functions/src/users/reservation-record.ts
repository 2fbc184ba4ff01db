import type { Brand } from '../lib/brand.js';
import type { UserId } from './user-id.js';

/** A keyed hash of pool and contact. */
export type ReservationKey = Brand<'ReservationKey'>;

/**
 * A claim on one contact of a pool. `reserved`: a registration is under way, or died; `held`: a user has the contact.
 * It is what makes contacts unique: the document is made with `create()`.
 */
export interface ReservationRecord {
  readonly uid: UserId;
  readonly state: 'reserved' | 'held';
  /** Keyed hash of the whole request: the same request again may finish what it began. */
  readonly fingerprint: string;
  /** All contacts of the same registration. */
  readonly keys: readonly ReservationKey[];
  /** Until then a registration may be running; after it, an unfinished one is dead. */
  readonly leaseUntil: Date;
}

/** A reservation as read, to change it only if nobody did meanwhile. */
export interface ReadReservation extends ReservationRecord {
  readonly key: ReservationKey;
  readonly version: string;
}
