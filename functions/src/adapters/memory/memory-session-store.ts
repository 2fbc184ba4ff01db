import type { AuditRecord } from '../../audit/audit-record.js';
import type { MatchedCode } from '../../codes/challenge-record.js';
import type { ChallengeStore } from '../../codes/challenge-store.js';
import type { Pool } from '../../identity/pool.js';
import type { DocumentChange, LimitStore } from '../../limits/limit-store.js';
import type { SessionId } from '../../sessions/session-id.js';
import type { SessionRecord } from '../../sessions/session-record.js';
import type { SessionStore } from '../../sessions/session-store.js';
import type { UserId } from '../../users/user-id.js';
import { MemoryAuditStore } from './memory-audit-store.js';
import { MemoryLimitStore } from './memory-stores.js';

export class MemorySessionStore implements SessionStore {
  private readonly sessions = new Map<SessionId, SessionRecord>();

  /** Consumes codes where they live, as the real store does in one commit. */
  constructor(
    private readonly challenges: ChallengeStore,
    private readonly audit = new MemoryAuditStore(),
    private readonly limits: LimitStore = new MemoryLimitStore(),
  ) {}

  async open(
    session: SessionRecord,
    code: MatchedCode | null,
    counted: DocumentChange | null = null,
  ): Promise<readonly number[] | null> {
    if (this.sessions.has(session.sid) || (code !== null && !(await this.challenges.consume(code)))) return null;
    this.sessions.set(session.sid, session);
    if (counted === null) return [];
    return (await this.limits.change(counted.key, counted.changes, counted.purgeAt)).counts;
  }

  async find(sid: SessionId): Promise<SessionRecord | null> {
    return this.sessions.get(sid) ?? null;
  }

  async revoke(sid: SessionId, at: Date, audit?: readonly AuditRecord[]): Promise<void> {
    const session = this.sessions.get(sid);
    if (session === undefined) return;
    this.sessions.set(sid, { ...session, revokedAt: at });
    this.audit.add(audit);
  }

  async renewSignIn(sid: SessionId, at: Date): Promise<void> {
    const session = this.sessions.get(sid);
    if (session !== undefined) this.sessions.set(sid, { ...session, signedInAt: at });
  }

  async revokeAll(pool: Pool, uid: UserId, at: Date, except?: SessionId): Promise<number> {
    const live = [...this.sessions.values()].filter(
      (session) =>
        session.poolId === pool.id && session.uid === uid && session.revokedAt === null && session.sid !== except,
    );
    for (const { sid } of live) await this.revoke(sid, at);
    return live.length;
  }

  async removeAll(pool: Pool, uid: UserId): Promise<void> {
    for (const session of this.sessions.values())
      if (session.poolId === pool.id && session.uid === uid) this.sessions.delete(session.sid);
  }
}
