import type { Contact } from '../contacts/contact.js';
import type { OrgRecord } from '../orgs/org-record.js';
import { contactsOf, type UserRecord } from './user-record.js';

/**
 * Where a code goes that can't be sent as a text message, if the org wants that: the user's own email, once it is known to
 * be theirs, and never another number.
 */
export function fallbackOf({ settings }: OrgRecord, user: UserRecord, to: Contact): Contact | null {
  return to.kind === 'phone' && settings.smsFallbackToEmail && user.email_verified ? contactsOf(user).email : null;
}
