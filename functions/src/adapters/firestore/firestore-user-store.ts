import type { Contact } from '../../contacts/contact.js';
import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { ReservationClaim, ReservationKey } from '../../users/reservation-record.js';
import type { UserId } from '../../users/user-id.js';
import type { UserRecord, UserStatus } from '../../users/user-record.js';
import type { UserStore } from '../../users/user-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { changeOf, reservationPath } from './firestore-reservation-store.js';
import { create, update } from './writes.js';

export class FirestoreUserStore implements UserStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(pool: Pool, uid: UserId): Promise<UserRecord | null> {
    const document = await this.access.get('users.find', userPath(pool, uid));
    return document === null ? null : fromDocument(document);
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<UserRecord | null> {
    const where = { [kind === 'email' ? 'email' : 'phone_number']: value };
    const [document] = await this.access.query('users.findByContact', { collection: usersPath(pool), where, limit: 1 });
    return document === undefined ? null : fromDocument(document);
  }

  async create(pool: Pool, { uid, ...user }: UserRecord, claims: readonly ReservationClaim[]): Promise<void> {
    const held = claims.map((claim) => changeOf(claim, { state: 'held', fingerprint: null, leaseUntil: null }));
    // Missed when the profile is there already, or when the reservation was taken over after its lease.
    if (await this.access.commitUnlessMissed('users.create', [create(userPath(pool, uid), user), ...held])) return;
    throw new AlreadyExistsError();
  }

  async setStatus(pool: Pool, uid: UserId, status: UserStatus, at: Date): Promise<void> {
    const write = update(userPath(pool, uid), { status, updatedAt: at });
    if (await this.access.commitUnlessMissed('users.setStatus', [write])) return;
    throw new NotFoundError('There is no user of this id.');
  }

  async delete(pool: Pool, uid: UserId, reservations: readonly ReservationKey[]): Promise<void> {
    const released = reservations.map((key) => ({ delete: reservationPath(key) }));
    await this.access.commit('users.delete', [{ delete: userPath(pool, uid) }, ...released]);
  }
}

function usersPath(pool: Pool): string {
  return pool.id === 'main' ? 'users' : `orgs/${pool.id}/users`;
}

function userPath(pool: Pool, uid: UserId): string {
  return `${usersPath(pool)}/${uid}`;
}

function fromDocument({ id, data }: StoredDocument): UserRecord {
  const { email, phone_number, first_name, last_name, ssn, kyc_status, status, role, createdAt, updatedAt } = data;
  const { date_of_birth = null, address = null, secondary_address = null, metadata = null } = data;
  const profile = {
    email,
    phone_number,
    first_name,
    last_name,
    ssn,
    date_of_birth,
    address,
    secondary_address,
    metadata,
  };
  return { uid: id as UserId, ...profile, kyc_status, status, role, createdAt, updatedAt };
}
