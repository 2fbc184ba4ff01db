import type { Contact } from '../contacts/contact.js';
import type { UserId } from '../users/user-id.js';
import type { Pool } from './pool.js';

export interface NewIdentity {
  readonly uid: UserId;
  readonly email: string;
  readonly password: string;
}

/** `taken`: the email or the uid is in use already, maybe by an earlier try of our own. */
export type CreateOutcome = 'created' | 'taken';

/** `refused`: no such user, wrong password or a disabled user; Identity Platform's answer does not tell them apart. */
export type PasswordOutcome = { readonly outcome: 'accepted'; readonly uid: string } | { readonly outcome: 'refused' };

/** A user, as Identity Platform has it. */
export interface Identity {
  readonly uid: UserId;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** E.164; only ever a verified number. */
  readonly phone: string | null;
  readonly disabled: boolean;
  /** Sign-ins with the client SDK before this are over. A whole second. */
  readonly signInsValidFrom: Date;
}

/** `taken`: it is another user's. */
export type PhoneOutcome = 'set' | 'taken';

export interface ContactPair {
  readonly email: string;
  readonly phone: string;
}

/**
 * Port: the users of Identity Platform. Each method is one request to it, has a deadline, and
 * `@throws UnavailableError` when it is down, slow, over quota or answers something unknown.
 */
export interface IdentityProvider {
  /** @throws InvalidRequestError when the email or the password is not one that Identity Platform takes. */
  create(pool: Pool, identity: NewIdentity): Promise<CreateOutcome>;
  find(pool: Pool, uid: UserId): Promise<Identity | null>;
  findByContact(pool: Pool, contact: Contact): Promise<Identity | null>;
  /** Whether any user of the pool has one of these contacts. */
  anyWithContact(pool: Pool, contacts: ContactPair): Promise<boolean>;
  checkPassword(pool: Pool, email: string, password: string): Promise<PasswordOutcome>;
  /** @throws NotFoundError when the user is gone, InvalidRequestError when the password is too weak for the project. */
  setPassword(pool: Pool, uid: UserId, password: string): Promise<void>;
  /** @throws NotFoundError when the user is gone. */
  setDisabled(pool: Pool, uid: UserId, disabled: boolean): Promise<void>;
  /** @throws NotFoundError when the user is gone. */
  markEmailVerified(pool: Pool, uid: UserId): Promise<void>;
  /** Of several users who are given one number at once, one has it. @throws NotFoundError when the user is gone. */
  setPhone(pool: Pool, uid: UserId, phone: string): Promise<PhoneOutcome>;
  /** Ends what was signed in with the client SDK before `before`, a whole second. @throws NotFoundError */
  endSignIns(pool: Pool, uid: UserId, before: Date): Promise<void>;
  /** Deleting a user who is gone is no error. */
  delete(pool: Pool, uid: UserId): Promise<void>;
}
