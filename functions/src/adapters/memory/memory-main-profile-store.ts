import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { MainProfile, MainProfileStore } from '../../main-app/profile-store.js';
import type { ReservationClaim } from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { UserId } from '../../users/user-id.js';

export class MemoryMainProfileStore implements MainProfileStore {
  private readonly profiles = new Map<UserId, MainProfile>();

  constructor(private readonly reservations: ReservationStore) {}

  async find(uid: UserId): Promise<MainProfile | null> {
    return this.profiles.get(uid) ?? null;
  }

  async create(profile: MainProfile, claims: readonly ReservationClaim[]): Promise<void> {
    if (this.profiles.has(profile.uid) || !(await this.reservations.release(claims))) throw new AlreadyExistsError();
    this.profiles.set(profile.uid, profile);
  }
}
