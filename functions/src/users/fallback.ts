import type { Contact } from '../contacts/contact.js';
import type { PoolOwner } from '../orgs/pool-owner.js';
import { contactsOf, type PoolUser } from './user-record.js';

/**
 * Where a code goes that can't be sent as a text message, if the pool's owner wants that: the user's own email, once it is
 * known to be theirs, and never another number.
 */
export function fallbackOf({ settings }: PoolOwner, user: PoolUser, to: Contact): Contact | null {
  return to.kind === 'phone' && settings.smsFallbackToEmail && user.email_verified ? contactsOf(user).email : null;
}
