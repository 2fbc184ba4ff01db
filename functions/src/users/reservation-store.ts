import type { ReadReservation, ReservationKey, ReservationRecord } from './reservation-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface ReservationStore {
  /** Claims all the record's keys or none. False when one of them is claimed already. */
  reserve(reservation: ReservationRecord): Promise<boolean>;
  /** Those that exist. */
  find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]>;
  /** Extends the lease of all of them, if none has changed since it was read. Of parallel callers one is answered true. */
  renew(reservations: readonly ReadReservation[], leaseUntil: Date): Promise<boolean>;
  /** Gives contacts up again. */
  release(keys: readonly ReservationKey[]): Promise<void>;
}
