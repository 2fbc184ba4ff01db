import type { AuditRecord } from '../../audit/audit-record.js';
import type { Contact } from '../../contacts/contact.js';
import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { ReservationClaim, ReservationKey } from '../../users/reservation-record.js';
import type { UserId } from '../../users/user-id.js';
import { type UserDocument, type UserRecord, type UserTerms, userOf } from '../../users/user-record.js';
import type { UserChange, UserStore } from '../../users/user-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { changeOf, reservationPath } from './firestore-reservation-store.js';
import { create } from './writes.js';

export class FirestoreUserStore implements UserStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(pool: Pool, uid: UserId): Promise<UserRecord | null> {
    const document = await this.access.get('users.find', userPath(pool, uid));
    return document === null ? null : userOf(fromDocument(document));
  }

  async read(pool: Pool, uid: UserId): Promise<UserDocument | null> {
    const document = await this.access.get('users.read', userPath(pool, uid));
    return document === null ? null : fromDocument(document);
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<UserRecord | null> {
    const where = { [kind === 'email' ? 'email' : 'phone_number']: value };
    const [document] = await this.access.query('users.findByContact', { collection: usersPath(pool), where, limit: 1 });
    return document === undefined ? null : userOf(fromDocument(document));
  }

  async list(pool: Pool, limit: number, after?: UserId): Promise<readonly UserRecord[]> {
    const query = { collection: usersPath(pool), page: { after }, limit };
    return (await this.access.query('users.list', query)).map((one) => userOf(fromDocument(one)));
  }

  async create(pool: Pool, { uid, ...user }: UserRecord, claims: readonly ReservationClaim[]): Promise<void> {
    const held = claims.map((claim) => changeOf(claim, { state: 'held', fingerprint: null, leaseUntil: null }));
    const { kyc_status, status, role } = user;
    const withTerms = { ...user, inForce: { kyc_status, status, role }, problems: {}, isEnforced: true };
    // Missed when the profile is there already, or when the reservation was taken over after its lease.
    if (await this.access.commitUnlessMissed('users.create', [create(userPath(pool, uid), withTerms), ...held])) return;
    throw new AlreadyExistsError();
  }

  async change(
    pool: Pool,
    { profile, version }: Pick<UserDocument, 'profile' | 'version'>,
    { written = {}, ...change }: UserChange,
    audit?: readonly AuditRecord[],
  ): Promise<string | null> {
    const versions = await this.access.commitForVersions('users.change', [
      { path: userPath(pool, profile.uid), fields: { ...written, ...change }, when: { version } },
      ...auditWrites(audit),
    ]);
    return versions?.[0] ?? null;
  }

  async delete(
    pool: Pool,
    uid: UserId,
    reservations: readonly ReservationKey[],
    audit?: readonly AuditRecord[],
  ): Promise<void> {
    const released = reservations.map((key) => ({ delete: reservationPath(key) }));
    await this.access.commit('users.delete', [{ delete: userPath(pool, uid) }, ...released, ...auditWrites(audit)]);
  }
}

function usersPath(pool: Pool): string {
  return pool.id === 'main' ? 'users' : `orgs/${pool.id}/users`;
}

function userPath(pool: Pool, uid: UserId): string {
  return `${usersPath(pool)}/${uid}`;
}

/** What holds of a user whose terms somebody has removed: nobody gets in. */
const SPOILT: UserTerms = { kyc_status: 'pending', status: 'suspended', role: 'user' };

/** Admins edit three of its fields, so that anything may stand there. */
function fromDocument({ id, data, version }: StoredDocument): UserDocument {
  const { email, phone_number, first_name, last_name, ssn, createdAt, updatedAt } = data;
  const { date_of_birth = null, address = null, secondary_address = null, metadata = null } = data;
  const { kyc_status, status, role, inForce = SPOILT, problems = {}, isEnforced = true } = data;
  const profile = {
    uid: id as UserId,
    email,
    phone_number,
    first_name,
    last_name,
    ssn,
    date_of_birth,
    address,
    secondary_address,
    metadata,
    createdAt,
    updatedAt,
  };
  return { profile, version, written: { kyc_status, status, role }, inForce, problems, isEnforced };
}
