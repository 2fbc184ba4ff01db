import type { Contact } from '../contacts/contact.js';
import type { Pool } from '../identity/pool.js';
import type { ReservationClaim, ReservationKey } from './reservation-record.js';
import type { UserId } from './user-id.js';
import type { UserRecord, UserStatus } from './user-record.js';

/** Port: profiles. Every method `@throws UnavailableError` when the store is down or slow. */
export interface UserStore {
  find(pool: Pool, uid: UserId): Promise<UserRecord | null>;
  findByContact(pool: Pool, contact: Contact): Promise<UserRecord | null>;
  /**
   * Writes the profile and makes its contacts' reservations permanent, in one commit.
   * @throws AlreadyExistsError when the profile is there, or somebody has taken a reservation over.
   */
  create(pool: Pool, user: UserRecord, claims: readonly ReservationClaim[]): Promise<void>;
  /** @throws NotFoundError */
  setStatus(pool: Pool, uid: UserId, status: UserStatus, at: Date): Promise<void>;
  /** Removes the profile and the reservations in one commit. */
  delete(pool: Pool, uid: UserId, reservations: readonly ReservationKey[]): Promise<void>;
}
