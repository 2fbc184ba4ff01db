import type { DocumentData, DocumentReference, Firestore, Timestamp } from '@google-cloud/firestore';
import type { Contact } from '../../contacts/contact.js';
import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { ReservationKey } from '../../users/reservation-record.js';
import type { UserId } from '../../users/user-id.js';
import type { UserRecord, UserStatus } from '../../users/user-record.js';
import type { UserStore } from '../../users/user-store.js';
import { type FirestoreAccess, isNotFound, isPreconditionMiss } from './firestore-access.js';
import { reservationRef } from './firestore-reservation-store.js';

export class FirestoreUserStore implements UserStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(pool: Pool, uid: UserId): Promise<UserRecord | null> {
    const snapshot = await this.access.run('users.find', { reads: 1 }, ({ db }) => userRef(db, pool, uid).get());
    const data = snapshot.data();
    return data === undefined ? null : fromDocument(uid, data);
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<UserRecord | null> {
    const field = kind === 'email' ? 'email' : 'phone_number';
    const found = await this.access.run('users.findByContact', { reads: 1 }, ({ db }) =>
      db.collection(usersPath(pool)).where(field, '==', value).limit(1).get(),
    );
    const [document] = found.docs;
    return document === undefined ? null : fromDocument(document.id as UserId, document.data());
  }

  async create(pool: Pool, { uid, ...user }: UserRecord, reservations: readonly ReservationKey[]): Promise<void> {
    await this.access.run('users.create', { writes: 1 + reservations.length }, async ({ db }) => {
      const batch = db.batch();
      batch.create(userRef(db, pool, uid), user);
      for (const key of reservations) batch.update(reservationRef(db, key), { state: 'held' });
      try {
        await batch.commit();
      } catch (error) {
        // Either the profile is there already, or the reservation was cleared away after its lease.
        throw isPreconditionMiss(error) ? new AlreadyExistsError() : error;
      }
    });
  }

  async setStatus(pool: Pool, uid: UserId, status: UserStatus, at: Date): Promise<void> {
    await this.access.run('users.setStatus', { writes: 1 }, async ({ db }) => {
      try {
        await userRef(db, pool, uid).update({ status, updatedAt: at });
      } catch (error) {
        throw isNotFound(error) ? new NotFoundError('There is no user of this id.') : error;
      }
    });
  }

  async delete(pool: Pool, uid: UserId, reservations: readonly ReservationKey[]): Promise<void> {
    await this.access.run('users.delete', { deletes: 1 + reservations.length }, async ({ db }) => {
      const batch = db.batch();
      batch.delete(userRef(db, pool, uid));
      for (const key of reservations) batch.delete(reservationRef(db, key));
      await batch.commit();
    });
  }
}

function usersPath(pool: Pool): string {
  return pool.id === 'main' ? 'users' : `orgs/${pool.id}/users`;
}

function userRef(db: Firestore, pool: Pool, uid: UserId): DocumentReference {
  return db.doc(`${usersPath(pool)}/${uid}`);
}

function fromDocument(uid: UserId, data: DocumentData): UserRecord {
  return {
    uid,
    email: data.email,
    phone_number: data.phone_number,
    first_name: data.first_name,
    last_name: data.last_name,
    ssn: data.ssn,
    date_of_birth: data.date_of_birth ?? null,
    address: data.address ?? null,
    secondary_address: data.secondary_address ?? null,
    metadata: data.metadata ?? null,
    kyc_status: data.kyc_status,
    status: data.status,
    role: data.role,
    createdAt: (data.createdAt as Timestamp).toDate(),
    updatedAt: (data.updatedAt as Timestamp).toDate(),
    registrationId: data.registrationId,
  };
}
