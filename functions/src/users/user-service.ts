import { InvalidSessionError, NotFoundError } from '../errors/gatehouse-error.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import type { OrgPool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import type { AccessService } from './access-service.js';
import type { PasswordGuard } from './password-guard.js';
import { reservationKey } from './reservation-key.js';
import type { UserId } from './user-id.js';
import { contactsOf, type UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';

interface UserServiceDependencies {
  readonly users: UserStore;
  readonly identities: IdentityProvider;
  readonly access: AccessService;
  readonly guard: PasswordGuard;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** What an admin does to a user. */
export class UserService {
  constructor(private readonly deps: UserServiceDependencies) {}

  /** No login and no session any more, until resumed. @throws NotFoundError, UnavailableError */
  async suspend(pool: OrgPool, uid: UserId): Promise<void> {
    const user = await this.get(pool, uid);
    await this.deps.access.endAllAround(pool, user, async () => {
      await this.deps.users.setStatus(pool, uid, 'suspended', new Date(this.deps.clock.now()));
      await this.deps.identities.setDisabled(pool, uid, true);
    });
  }

  /** Login works again; old sessions stay dead. @throws NotFoundError, UnavailableError */
  async resume(pool: OrgPool, uid: UserId): Promise<void> {
    await this.deps.identities.setDisabled(pool, uid, false);
    await this.deps.users.setStatus(pool, uid, 'active', new Date(this.deps.clock.now()));
  }

  /** Lets a user try again whom failures keep out: wrong passwords and wrong codes. @throws NotFoundError, UnavailableError */
  async unlock(pool: OrgPool, uid: UserId): Promise<void> {
    const user = await this.get(pool, uid);
    await Promise.all([this.deps.guard.unlock(pool, user.email), this.deps.access.endCodes(pool, user)]);
  }

  /** The user's own view: date of birth in plain text, the ssn not at all. @throws InvalidSessionError, UnavailableError */
  async profileOf(pool: OrgPool, uid: UserId): Promise<Omit<UserRecord, 'ssn'>> {
    const user = await this.deps.users.find(pool, uid);
    if (user === null || user.status !== 'active') throw new InvalidSessionError();
    const { ssn: _, ...profile } = user;
    const place = { poolId: pool.id, uid, field: 'date_of_birth' };
    const { date_of_birth: sealed } = profile;
    return { ...profile, date_of_birth: sealed === null ? null : this.deps.cipher.decrypt(place, sealed) };
  }

  /** @throws NotFoundError, UnavailableError */
  async get(pool: OrgPool, uid: UserId): Promise<UserRecord> {
    const user = await this.deps.users.find(pool, uid);
    if (user === null) throw new NotFoundError();
    return user;
  }

  /** Removes the user; stopped half-way, deleting again goes on. Its contacts are free only when all else is gone. */
  async delete(pool: OrgPool, uid: UserId): Promise<void> {
    const user = await this.get(pool, uid);
    await this.deps.access.endAllAround(pool, user, () => this.deps.identities.delete(pool, uid));
    const { email, phone } = contactsOf(user);
    const reservations = [email, phone].map((contact) => reservationKey(this.deps.indexKey, pool, contact));
    await this.deps.users.delete(pool, uid, reservations);
  }
}
