import { InvalidSessionError } from '../errors/gatehouse-error.js';
import type { OrgPool } from '../identity/pool.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import type { UserId } from './user-id.js';
import type { UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';

interface UserServiceDependencies {
  readonly users: UserStore;
  readonly cipher: FieldCipher;
}

/** What a user's own session may see and do. */
export class UserService {
  constructor(private readonly deps: UserServiceDependencies) {}

  /** The user's own view: date of birth in plain text, the ssn not at all. @throws InvalidSessionError, UnavailableError */
  async profileOf(pool: OrgPool, uid: UserId): Promise<Omit<UserRecord, 'ssn'>> {
    const user = await this.deps.users.find(pool, uid);
    if (user === null || user.status !== 'active') throw new InvalidSessionError();
    const { ssn: _, ...profile } = user;
    const place = { poolId: pool.id, uid, field: 'date_of_birth' };
    const { date_of_birth: sealed } = profile;
    return { ...profile, date_of_birth: sealed === null ? null : this.deps.cipher.decrypt(place, sealed) };
  }
}
