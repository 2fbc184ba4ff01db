import type { Contact } from '../contacts/contact.js';
import { contactsOf, type UserRecord } from './user-record.js';

/** The subject of login codes and login limits: known before the user is. */
export function contactSubject(contact: Contact): string {
  return `${contact.kind}:${contact.value}`;
}

/** The subject of codes whose request looks the user up first. */
export function userSubject(uid: string): string {
  return `user:${uid}`;
}

export function otherContact(user: UserRecord, contact: Contact): Contact {
  const { email, phone } = contactsOf(user);
  return contact.kind === 'email' ? phone : email;
}
