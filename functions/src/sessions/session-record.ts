import type { Pool } from '../identity/pool.js';
import type { UserId } from '../users/user-id.js';
import type { SessionId } from './session-id.js';

/** What a partner's backend passed on of its user's client. */
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
}
