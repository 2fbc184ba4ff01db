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
    return { ...profile, date_of_birth: this.unsealed(pool, uid, profile.date_of_birth) };
  }

  /** What somebody has written there by hand is no ciphertext of ours, and keeps nobody from the rest of the profile. */
  private unsealed(pool: OrgPool, uid: UserId, sealed: string | null): string | null {
    if (sealed === null) return null;
    try {
      return this.deps.cipher.decrypt({ poolId: pool.id, uid, field: 'date_of_birth' }, sealed);
    } catch {
      return null;
    }
  }
}
