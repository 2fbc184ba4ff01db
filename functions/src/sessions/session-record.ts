import type { Pool } from '../identity/pool.js';
import type { UserId } from '../users/user-id.js';
import type { SessionId } from './session-id.js';

/** The user's client: as a partner's backend has passed it on, or as it calls by itself. */
export interface ClientInfo {
  readonly address: string | null;
  readonly agent: string | null;
}

/** One login. The document ends the session: without it, or once revoked, no token of it is accepted. */
export interface SessionRecord {
  readonly sid: SessionId;
  readonly poolId: Pool['id'];
  readonly uid: UserId;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly client: ClientInfo;
  /**
   * When its user last showed to be who it is, in the main app: what Identity Platform says is too old is over. null in a
   * partner's org, where we alone end sessions.
   */
  readonly signedInAt: Date | null;
}
