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

export interface ContactPair {
  readonly email: string;
  readonly phone: string;
}

/**
 * Port: the users of Identity Platform. Each method is one request to it, has a deadline, and
 * `@throws UnavailableError` when it is down, slow, over quota or answers something unknown.
 */
export interface IdentityProvider {
  /** @throws InvalidRequestError when the email is not one that Identity Platform takes. */
  create(pool: Pool, identity: NewIdentity): Promise<CreateOutcome>;
  /** Whether the uid exists in the pool, and its email. */
  find(pool: Pool, uid: UserId): Promise<{ readonly email: string | null } | null>;
  /** Whether any user of the pool has one of these contacts. */
  anyWithContact(pool: Pool, contacts: ContactPair): Promise<boolean>;
  checkPassword(pool: Pool, email: string, password: string): Promise<PasswordOutcome>;
  /** @throws NotFoundError when the user is gone. */
  setPassword(pool: Pool, uid: UserId, password: string): Promise<void>;
  /** @throws NotFoundError when the user is gone. */
  setDisabled(pool: Pool, uid: UserId, disabled: boolean): Promise<void>;
  /** Deleting a user who is gone is no error. */
  delete(pool: Pool, uid: UserId): Promise<void>;
}
