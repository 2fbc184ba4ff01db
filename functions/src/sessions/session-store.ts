import type { AuditRecord } from '../audit/audit-record.js';
import type { MatchedCode } from '../codes/challenge-record.js';
import type { Pool } from '../identity/pool.js';
import type { DocumentChange } from '../limits/limit-store.js';
import type { UserId } from '../users/user-id.js';
import type { SessionId } from './session-id.js';
import type { SessionRecord } from './session-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface SessionStore {
  /**
   * Writes the session, consumes the code, where it is opened by one, and changes counters in one commit. Answers what the
   * counters came to, nothing where that answer was lost; null when the code is gone: somebody else used it, or a password
   * reset ended it, and there is no session. null as well when a session of this id is there.
   */
  open(
    session: SessionRecord,
    code: MatchedCode | null,
    counted?: DocumentChange | null,
  ): Promise<readonly number[] | null>;
  find(sid: SessionId): Promise<SessionRecord | null>;
  /** Revoking a session that is gone is no error. */
  revoke(sid: SessionId, at: Date, audit?: readonly AuditRecord[]): Promise<void>;
  /** Moves `signedInAt`. Of a session that is gone nothing is written. */
  renewSignIn(sid: SessionId, at: Date): Promise<void>;
  /** Every live session of the user but `except`. Answers how many. */
  revokeAll(pool: Pool, uid: UserId, at: Date, except?: SessionId): Promise<number>;
  /** Every document about a session of the user, live or not. */
  removeAll(pool: Pool, uid: UserId): Promise<void>;
}
