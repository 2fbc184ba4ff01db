import type { Contact } from '../../contacts/contact.js';
import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { ReadReservation, ReservationKey, ReservationRecord } from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { UserId } from '../../users/user-id.js';
import type { UserRecord, UserStatus } from '../../users/user-record.js';
import type { UserStore } from '../../users/user-store.js';

export class MemoryReservationStore implements ReservationStore {
  private readonly reservations = new Map<ReservationKey, ReadReservation>();
  private writes = 0;

  async reserve(reservation: ReservationRecord): Promise<boolean> {
    if (reservation.keys.some((key) => this.reservations.has(key))) return false;
    for (const key of reservation.keys) this.put({ ...reservation, key, version: '' });
    return true;
  }

  async find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]> {
    return keys.flatMap((key) => this.reservations.get(key) ?? []);
  }

  async renew(reservations: readonly ReadReservation[], leaseUntil: Date): Promise<boolean> {
    if (reservations.some(({ key, version }) => this.reservations.get(key)?.version !== version)) return false;
    for (const reservation of reservations) this.put({ ...reservation, leaseUntil });
    return true;
  }

  async release(keys: readonly ReservationKey[]): Promise<void> {
    for (const key of keys) this.reservations.delete(key);
  }

  /** False when one of them is gone. */
  hold(keys: readonly ReservationKey[]): boolean {
    const held = keys.flatMap((key) => this.reservations.get(key) ?? []);
    if (held.length < keys.length) return false;
    for (const reservation of held) this.put({ ...reservation, state: 'held' });
    return true;
  }

  private put(reservation: ReadReservation): void {
    this.writes += 1;
    this.reservations.set(reservation.key, { ...reservation, version: String(this.writes) });
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

  async create(pool: Pool, user: UserRecord, reservations: readonly ReservationKey[]): Promise<void> {
    if (this.users.has(`${pool.id}/${user.uid}`) || !this.reservations.hold(reservations))
      throw new AlreadyExistsError();
    this.users.set(`${pool.id}/${user.uid}`, user);
  }

  async setStatus(pool: Pool, uid: UserId, status: UserStatus, at: Date): Promise<void> {
    const user = await this.find(pool, uid);
    if (user === null) throw new NotFoundError('There is no user of this id.');
    this.users.set(`${pool.id}/${uid}`, { ...user, status, updatedAt: at });
  }

  async delete(pool: Pool, uid: UserId, reservations: readonly ReservationKey[]): Promise<void> {
    this.users.delete(`${pool.id}/${uid}`);
    await this.reservations.release(reservations);
  }
}
