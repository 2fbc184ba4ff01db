import type { ReservationClaim } from '../users/reservation-record.js';
import type { UserId } from '../users/user-id.js';

/** What a user of the main app has said of itself. Contacts are Identity Platform's to keep. */
export interface MainProfile {
  readonly uid: UserId;
  readonly first_name: string;
  readonly last_name: string;
  readonly createdAt: Date;
}

/** Port: profiles of the main app. Every method `@throws UnavailableError` when the store is down or slow. */
export interface MainProfileStore {
  exists(uid: UserId): Promise<boolean>;
  /**
   * Writes the profile and gives up its contacts' reservations, in one commit: from here on it is Identity Platform that
   * refuses them to others. @throws AlreadyExistsError when it is there, or somebody has taken a reservation over.
   */
  create(profile: MainProfile, claims: readonly ReservationClaim[]): Promise<void>;
}
