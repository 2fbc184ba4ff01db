import type { OrgPool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { forEach } from '../lib/for-each.js';
import type { SessionStore } from '../sessions/session-store.js';
import type { AccessService } from '../users/access-service.js';
import { reservationKey } from '../users/reservation-key.js';
import type { ReadReservation } from '../users/reservation-record.js';
import type { ReservationStore } from '../users/reservation-store.js';
import { contactsOf, type UserRecord } from '../users/user-record.js';
import type { UserStore } from '../users/user-store.js';
import { DELETION_CONCURRENCY, DELETION_PAGE, REGISTRATIONS_END_MS } from './org-deletion-policy.js';
import { removeAll } from './page-removal.js';

export interface PoolRemovalDependencies {
  readonly users: UserStore;
  readonly reservations: ReservationStore;
  readonly sessions: SessionStore;
  readonly access: AccessService;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** Removes what we hold about the users of a pool whose tenant, and with it every identity, is gone. */
export class PoolRemoval {
  constructor(private readonly deps: PoolRemovalDependencies) {}

  /** @throws UnavailableError */
  async run(pool: OrgPool, onProgress: (done: number) => void): Promise<void> {
    await this.endRegistrations(pool);
    const list = () => this.deps.users.list(pool, DELETION_PAGE);
    await removeAll(list, (user) => this.removeUser(pool, user), onProgress);
  }

  /**
   * Those that had made their identity when the tenant went: without its reservations none of them can write its profile
   * any more, after we have looked for profiles. Later ones make no identity, and the sweep removes their reservations.
   */
  private async endRegistrations(pool: OrgPool): Promise<void> {
    const { reservations, clock } = this.deps;
    const end = new Date(clock.now() + REGISTRATIONS_END_MS);
    let page: readonly ReadReservation[] = [];
    do {
      page = await reservations.findAbandoned(end, DELETION_PAGE, page.at(-1));
      const ofPool = page.filter((one) => one.pool.id === pool.id);
      // One that has changed meanwhile has its profile, or is being undone.
      await forEach(ofPool, DELETION_CONCURRENCY, (one) => reservations.release([one]));
    } while (page.length === DELETION_PAGE);
  }

  /**
   * The codes first: a login between its code and its session then fails on the missing code, or its session is found.
   * The profile last, by which all else is found.
   */
  private async removeUser(pool: OrgPool, user: UserRecord): Promise<void> {
    const { access, sessions, users, indexKey } = this.deps;
    await access.endCodes(pool, user);
    await sessions.removeAll(pool, user.uid);
    const { email, phone } = contactsOf(user);
    const reservations = [email, phone].map((contact) => reservationKey(indexKey, pool, contact));
    await users.delete(pool, user.uid, reservations);
  }
}
