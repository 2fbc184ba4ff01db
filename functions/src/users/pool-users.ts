import type { Contact, ContactKind } from '../contacts/contact.js';
import { unlessGone } from '../errors/unless-gone.js';
import type { Identity, IdentityProvider } from '../identity/identity-provider.js';
import type { Pool } from '../identity/pool.js';
import type { UserDirectory } from './user-directory.js';
import type { UserId } from './user-id.js';
import type { PoolUser } from './user-record.js';
import type { UserStore } from './user-store.js';

interface PoolUsersDependencies {
  readonly users: UserStore;
  readonly identities: IdentityProvider;
}

/**
 * Partners' users are their profiles. Those of the main app are what Identity Platform says of them: many have never come
 * through here, and the client SDK changes their contacts without us.
 */
export class PoolUsers implements UserDirectory {
  constructor(private readonly deps: PoolUsersDependencies) {}

  async find(pool: Pool, uid: UserId): Promise<PoolUser | null> {
    if (pool.id !== 'main') return this.deps.users.find(pool, uid);
    const identity = await this.deps.identities.find(pool, uid);
    return identity === null ? null : userOfIdentity(identity);
  }

  async findByContact(pool: Pool, contact: Contact): Promise<PoolUser | null> {
    if (pool.id !== 'main') return this.deps.users.findByContact(pool, contact);
    const identity = await this.deps.identities.findByContact(pool, contact);
    return identity === null ? null : userOfIdentity(identity);
  }

  async markVerified(pool: Pool, uid: UserId, kind: ContactKind): Promise<void> {
    if (pool.id !== 'main') return this.deps.users.markVerified(pool, uid, kind);
    // A phone number that Identity Platform has is a verified one.
    if (kind === 'email') await this.deps.identities.markEmailVerified(pool, uid).catch(unlessGone);
  }
}

export function userOfIdentity({ uid, email, emailVerified, phone, disabled }: Identity): PoolUser {
  return {
    uid,
    email,
    phone_number: phone,
    email_verified: emailVerified,
    phone_verified: phone !== null,
    status: disabled ? 'suspended' : 'active',
    role: 'user',
  };
}
