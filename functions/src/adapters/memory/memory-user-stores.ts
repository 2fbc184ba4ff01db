import type { AuditRecord } from '../../audit/audit-record.js';
import type { Contact, ContactKind } from '../../contacts/contact.js';
import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type {
  ReadReservation,
  ReservationClaim,
  ReservationKey,
  ReservationRecord,
} from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { UserId } from '../../users/user-id.js';
import { type UserDocument, type UserRecord, userOf } from '../../users/user-record.js';
import type { UserChange, UserStore } from '../../users/user-store.js';
import { MemoryAuditStore } from './memory-audit-store.js';
import { duePageOf, pageOf } from './memory-page.js';

export class MemoryReservationStore implements ReservationStore {
  private readonly reservations = new Map<ReservationKey, ReadReservation>();
  private writes = 0;

  async reserve(reservation: ReservationRecord): Promise<readonly ReservationClaim[] | null> {
    if (reservation.keys.some((key) => this.reservations.has(key))) return null;
    return reservation.keys.map((key) => this.put({ ...reservation, key, version: '' }));
  }

  async find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]> {
    return keys.flatMap((key) => this.reservations.get(key) ?? []);
  }

  async findAbandoned(time: Date, limit: number, after?: ReadReservation): Promise<readonly ReadReservation[]> {
    const dueOf = ({ leaseUntil: at, key: id }: ReadReservation) => ({ at, id });
    return duePageOf(this.reservations.values(), dueOf, time, limit, after);
  }

  async renew(claims: readonly ReservationClaim[], leaseUntil: Date): Promise<readonly ReservationClaim[] | null> {
    return this.change(claims, { leaseUntil });
  }

  async release(claims: readonly ReservationClaim[]): Promise<boolean> {
    if (this.change(claims, {}) === null) return false;
    this.remove(claims.map(({ key }) => key));
    return true;
  }

  remove(keys: readonly ReservationKey[]): void {
    for (const key of keys) this.reservations.delete(key);
  }

  /** All of them or, when one has changed or is gone, none: null then. */
  change(claims: readonly ReservationClaim[], fields: Partial<ReservationRecord>): ReservationClaim[] | null {
    const found = claims.flatMap(({ key, version }) => {
      const reservation = this.reservations.get(key);
      return reservation?.version === version ? [reservation] : [];
    });
    return found.length < claims.length ? null : found.map((one) => this.put({ ...one, ...fields }));
  }

  private put(reservation: ReadReservation): ReservationClaim {
    this.writes += 1;
    const { key } = reservation;
    const version = String(this.writes);
    this.reservations.set(key, { ...reservation, version });
    return { key, version };
  }
}

export class MemoryUserStore implements UserStore {
  private readonly documents = new Map<string, UserDocument>();
  private writes = 0;

  constructor(
    private readonly reservations: MemoryReservationStore,
    private readonly audit = new MemoryAuditStore(),
  ) {}

  async find(pool: Pool, uid: UserId): Promise<UserRecord | null> {
    const document = await this.read(pool, uid);
    return document === null ? null : userOf(document);
  }

  async read(pool: Pool, uid: UserId): Promise<UserDocument | null> {
    return this.documents.get(`${pool.id}/${uid}`) ?? null;
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<UserRecord | null> {
    return this.ofPool(pool).find((user) => (kind === 'email' ? user.email : user.phone_number) === value) ?? null;
  }

  async list(pool: Pool, limit: number, after?: UserId): Promise<readonly UserRecord[]> {
    return pageOf(this.ofPool(pool), ({ uid }) => uid, limit, after);
  }

  async create(pool: Pool, user: UserRecord, claims: readonly ReservationClaim[]): Promise<void> {
    const isThere = this.documents.has(`${pool.id}/${user.uid}`);
    const held = { state: 'held', fingerprint: null, leaseUntil: null } as const;
    if (isThere || this.reservations.change(claims, held) === null) throw new AlreadyExistsError();
    const { kyc_status, status, role, ...profile } = user;
    const terms = { kyc_status, status, role };
    this.put(pool, { profile, written: terms, inForce: terms, problems: {}, isEnforced: true, version: '' });
  }

  async change(
    pool: Pool,
    { profile, version }: Pick<UserDocument, 'profile' | 'version'>,
    { written = {}, updatedAt, ...change }: UserChange,
    audit?: readonly AuditRecord[],
  ): Promise<string | null> {
    const document = this.documents.get(`${pool.id}/${profile.uid}`);
    if (document?.version !== version) return null;
    this.audit.add(audit);
    return this.put(pool, {
      ...document,
      ...change,
      profile: { ...document.profile, updatedAt: updatedAt ?? document.profile.updatedAt },
      written: { ...document.written, ...written },
    });
  }

  async markVerified(pool: Pool, uid: UserId, kind: ContactKind): Promise<void> {
    const document = this.documents.get(`${pool.id}/${uid}`);
    const proof = kind === 'email' ? { email_verified: true } : { phone_verified: true };
    if (document !== undefined) this.put(pool, { ...document, profile: { ...document.profile, ...proof } });
  }

  async delete(
    pool: Pool,
    uid: UserId,
    reservations: readonly ReservationKey[],
    audit?: readonly AuditRecord[],
  ): Promise<void> {
    this.documents.delete(`${pool.id}/${uid}`);
    this.reservations.remove(reservations);
    this.audit.add(audit);
  }

  /** As somebody who edits the profile in the console. */
  async edit(pool: Pool, uid: UserId, written: Readonly<Record<string, unknown>>): Promise<void> {
    const document = this.documents.get(`${pool.id}/${uid}`);
    if (document === undefined) throw new Error('there is no such document');
    this.put(pool, { ...document, written: { ...document.written, ...written } });
  }

  private put(pool: Pool, document: UserDocument): string {
    this.writes += 1;
    const version = String(this.writes);
    this.documents.set(`${pool.id}/${document.profile.uid}`, { ...document, version });
    return version;
  }

  private ofPool(pool: Pool): UserRecord[] {
    const ofPool = [...this.documents].filter(([path]) => path.startsWith(`${pool.id}/`));
    return ofPool.map(([, document]) => userOf(document));
  }
}
