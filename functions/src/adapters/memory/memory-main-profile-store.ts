import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { MainProfile, MainProfileStore } from '../../main-app/profile-store.js';
import type { ReservationClaim } from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { UserId } from '../../users/user-id.js';

export class MemoryMainProfileStore implements MainProfileStore {
  readonly stored = new Map<UserId, MainProfile>();

  constructor(private readonly reservations: ReservationStore) {}

  async exists(uid: UserId): Promise<boolean> {
    return this.stored.has(uid);
  }

  async create(profile: MainProfile, claims: readonly ReservationClaim[]): Promise<void> {
    if (this.stored.has(profile.uid) || !(await this.reservations.release(claims))) throw new AlreadyExistsError();
    this.stored.set(profile.uid, profile);
  }
}
