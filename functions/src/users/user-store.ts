import type { AuditRecord } from '../audit/audit-record.js';
import type { Contact, ContactKind } from '../contacts/contact.js';
import type { Problems } from '../edits/edited.js';
import type { Pool } from '../identity/pool.js';
import type { ReservationClaim, ReservationKey } from './reservation-record.js';
import type { UserId } from './user-id.js';
import type { UserDocument, UserRecord, UserTerms } from './user-record.js';

/** What of a user's document is set; all else stays. */
export interface UserChange {
  readonly written?: Partial<UserTerms>;
  readonly inForce?: UserTerms;
  readonly problems?: Problems;
  readonly isEnforced?: boolean;
  readonly updatedAt?: Date;
}

/** Port: profiles. Every method `@throws UnavailableError` when the store is down or slow. */
export interface UserStore {
  find(pool: Pool, uid: UserId): Promise<UserRecord | null>;
  read(pool: Pool, uid: UserId): Promise<UserDocument | null>;
  findByContact(pool: Pool, contact: Contact): Promise<UserRecord | null>;
  /** In the order of their ids; `after` is the last of the page before. */
  list(pool: Pool, limit: number, after?: UserId): Promise<readonly UserRecord[]>;
  /**
   * Writes the profile and makes its contacts' reservations permanent, in one commit.
   * @throws AlreadyExistsError when the profile is there, or somebody has taken a reservation over.
   */
  create(pool: Pool, user: UserRecord, claims: readonly ReservationClaim[]): Promise<void>;
  /** Answers the new version; null when the document has changed since it was read, or is gone. */
  change(
    pool: Pool,
    read: Pick<UserDocument, 'profile' | 'version'>,
    change: UserChange,
    audit?: readonly AuditRecord[],
  ): Promise<string | null>;
  /** Of a user who is there. Nothing else of the profile is touched, whoever changes it meanwhile. */
  markVerified(pool: Pool, uid: UserId, kind: ContactKind): Promise<void>;
  /** Removes the profile and the reservations in one commit. */
  delete(
    pool: Pool,
    uid: UserId,
    reservations: readonly ReservationKey[],
    audit?: readonly AuditRecord[],
  ): Promise<void>;
}
