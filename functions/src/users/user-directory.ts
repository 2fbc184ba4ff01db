import type { Contact, ContactKind } from '../contacts/contact.js';
import type { Pool } from '../identity/pool.js';
import type { UserId } from './user-id.js';
import type { PoolUser } from './user-record.js';

/** Port: the users of all pools, as far as the core goes by them. Every method `@throws UnavailableError`. */
export interface UserDirectory {
  find(pool: Pool, uid: UserId): Promise<PoolUser | null>;
  findByContact(pool: Pool, contact: Contact): Promise<PoolUser | null>;
  /** Of a user who is there. */
  markVerified(pool: Pool, uid: UserId, kind: ContactKind): Promise<void>;
}
