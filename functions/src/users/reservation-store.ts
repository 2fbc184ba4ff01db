import type { ReadReservation, ReservationClaim, ReservationKey, ReservationRecord } from './reservation-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface ReservationStore {
  /** Claims all the record's keys or none. null when one of them is claimed already. */
  reserve(reservation: ReservationRecord): Promise<readonly ReservationClaim[] | null>;
  /** Those that exist. */
  find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]>;
  /** Reservations whose lease ended at `time` or before, the longest dead first; `after` is the last of the page before. */
  findAbandoned(time: Date, limit: number, after?: ReadReservation): Promise<readonly ReadReservation[]>;
  /**
   * Moves the lease of all to another time, or of none when one has changed. Of parallel callers one is given the new
   * claims, the others null.
   */
  renew(claims: readonly ReservationClaim[], leaseUntil: Date): Promise<readonly ReservationClaim[] | null>;
  /** Gives all of them up, or none when one has changed: false then. */
  release(claims: readonly ReservationClaim[]): Promise<boolean>;
}
