import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { MainProfile, MainProfileStore } from '../../main-app/profile-store.js';
import type { ReservationClaim } from '../../users/reservation-record.js';
import type { UserId } from '../../users/user-id.js';
import { isDate, isText, orElse } from './document-fields.js';
import type { FirestoreAccess } from './firestore-access.js';
import { releaseOf } from './firestore-reservation-store.js';
import { create } from './writes.js';

const EPOCH = new Date(0);

export class FirestoreMainProfileStore implements MainProfileStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(uid: UserId): Promise<MainProfile | null> {
    const document = await this.access.get('profiles.find', pathOf(uid));
    if (document === null) return null;
    const { first_name, last_name, createdAt } = document.data;
    return {
      uid,
      first_name: orElse(isText, first_name, ''),
      last_name: orElse(isText, last_name, ''),
      createdAt: orElse(isDate, createdAt, EPOCH),
    };
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
