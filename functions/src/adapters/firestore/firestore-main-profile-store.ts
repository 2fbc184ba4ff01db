import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { MainProfile, MainProfileStore } from '../../main-app/profile-store.js';
import type { ReservationClaim } from '../../users/reservation-record.js';
import type { UserId } from '../../users/user-id.js';
import type { FirestoreAccess } from './firestore-access.js';
import { releaseOf } from './firestore-reservation-store.js';
import { create } from './writes.js';

export class FirestoreMainProfileStore implements MainProfileStore {
  constructor(private readonly access: FirestoreAccess) {}

  async exists(uid: UserId): Promise<boolean> {
    return (await this.access.get('profiles.exists', pathOf(uid))) !== null;
  }

  async create({ uid, ...profile }: MainProfile, claims: readonly ReservationClaim[]): Promise<void> {
    const writes = [create(pathOf(uid), profile), ...claims.map(releaseOf)];
    if (await this.access.commitUnlessMissed('profiles.create', writes)) return;
    throw new AlreadyExistsError();
  }
}

function pathOf(uid: UserId): string {
  return `users/${uid}`;
}
