import type { AuditRecord } from '../../audit/audit-record.js';
import type { Contact, ContactKind } from '../../contacts/contact.js';
import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import { isMap } from '../../lib/is-map.js';
import type { ReservationClaim, ReservationKey } from '../../users/reservation-record.js';
import type { UserId } from '../../users/user-id.js';
import {
  type Address,
  KYC_STATUSES,
  USER_STATUSES,
  type UserDocument,
  type UserRecord,
  type UserTerms,
  userOf,
} from '../../users/user-record.js';
import type { UserChange, UserStore } from '../../users/user-store.js';
import { isDate, isOneOf, isText, orElse, orNull, passing, problemsOf } from './document-fields.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { changeOf, reservationPath } from './firestore-reservation-store.js';
import { create, update } from './writes.js';

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

  async markVerified(pool: Pool, uid: UserId, kind: ContactKind): Promise<void> {
    const fields = kind === 'email' ? { email_verified: true } : { phone_verified: true };
    await this.access.commitUnlessMissed('users.markVerified', [update(userPath(pool, uid), fields)]);
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

/** What holds of a user whose terms somebody has removed or spoilt: nobody gets in. */
const SPOILT: UserTerms = { kyc_status: 'pending', status: 'suspended', role: 'user' };

const EPOCH = new Date(0);
const isKycStatus = isOneOf(KYC_STATUSES);
const isStatus = isOneOf(USER_STATUSES);
const ADDRESS = { line1: isText, line2: isText, city: isText, state: isText, zipcode: isText, country: isText };

/** Admins edit three of its fields, but can reach them all: a profile is there however spoilt it is. */
function fromDocument({ id, data, version }: StoredDocument): UserDocument {
  const { kyc_status, status, role, inForce, problems, isEnforced = true } = data;
  const text = (field: string) => orElse(isText, data[field], '');
  const profile = {
    uid: id as UserId,
    email: text('email'),
    phone_number: text('phone_number'),
    email_verified: data['email_verified'] === true,
    phone_verified: data['phone_verified'] === true,
    first_name: text('first_name'),
    last_name: text('last_name'),
    ssn: text('ssn'),
    date_of_birth: orNull(isText, data['date_of_birth']),
    address: toAddress(data['address']),
    secondary_address: toAddress(data['secondary_address']),
    metadata: orNull(isText, data['metadata']),
    createdAt: orElse(isDate, data['createdAt'], EPOCH),
    updatedAt: orElse(isDate, data['updatedAt'], EPOCH),
  };
  return {
    profile,
    version,
    written: { kyc_status, status, role },
    inForce: toTerms(inForce),
    problems: problemsOf(problems),
    isEnforced: isEnforced === true,
  };
}

function toTerms(inForce: unknown): UserTerms {
  if (!isMap(inForce)) return SPOILT;
  const { kyc_status, status, role } = inForce;
  return isKycStatus(kyc_status) && isStatus(status) && isText(role) ? { kyc_status, status, role } : SPOILT;
}

function toAddress(value: unknown): Address | null {
  return isMap(value) ? passing(ADDRESS, value) : null;
}
