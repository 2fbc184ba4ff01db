import type { Contact } from '../../contacts/contact.js';
import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type {
  ReadReservation,
  ReservationClaim,
  ReservationKey,
  ReservationRecord,
} from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { UserId } from '../../users/user-id.js';
import type { UserRecord, UserStatus } from '../../users/user-record.js';
import type { UserStore } from '../../users/user-store.js';

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
    const place = ({ leaseUntil, key }: ReadReservation) => `${leaseUntil?.toISOString()} ${key}`;
    const dead = [...this.reservations.values()].filter(({ leaseUntil }) => leaseUntil !== null && leaseUntil <= time);
    const rest = dead.filter((one) => after === undefined || place(one) > place(after));
    return rest.sort((one, other) => (place(one) < place(other) ? -1 : 1)).slice(0, limit);
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
  private readonly users = new Map<string, UserRecord>();

  constructor(private readonly reservations: MemoryReservationStore) {}

  async find(pool: Pool, uid: UserId): Promise<UserRecord | null> {
    return this.users.get(`${pool.id}/${uid}`) ?? null;
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<UserRecord | null> {
    const ofPool = [...this.users].filter(([path]) => path.startsWith(`${pool.id}/`)).map(([, user]) => user);
    return ofPool.find((user) => (kind === 'email' ? user.email : user.phone_number) === value) ?? null;
  }

  async create(pool: Pool, user: UserRecord, claims: readonly ReservationClaim[]): Promise<void> {
    const isThere = this.users.has(`${pool.id}/${user.uid}`);
    const held = { state: 'held', fingerprint: null, leaseUntil: null } as const;
    if (isThere || this.reservations.change(claims, held) === null) throw new AlreadyExistsError();
    this.users.set(`${pool.id}/${user.uid}`, user);
  }

  async setStatus(pool: Pool, uid: UserId, status: UserStatus, at: Date): Promise<void> {
    const user = await this.find(pool, uid);
    if (user === null) throw new NotFoundError('There is no user of this id.');
    this.users.set(`${pool.id}/${uid}`, { ...user, status, updatedAt: at });
  }

  async delete(pool: Pool, uid: UserId, reservations: readonly ReservationKey[]): Promise<void> {
    this.users.delete(`${pool.id}/${uid}`);
    this.reservations.remove(reservations);
  }
}
