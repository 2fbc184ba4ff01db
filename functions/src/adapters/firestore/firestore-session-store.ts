import type { AuditRecord } from '../../audit/audit-record.js';
import type { MatchedCode } from '../../codes/challenge-record.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { DocumentChange } from '../../limits/limit-store.js';
import type { SessionId } from '../../sessions/session-id.js';
import type { SessionRecord } from '../../sessions/session-record.js';
import type { SessionStore } from '../../sessions/session-store.js';
import type { UserId } from '../../users/user-id.js';
import type { FirestoreAccess } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { consumption } from './firestore-challenge-store.js';
import { PreconditionMissedError } from './firestore-errors.js';
import { countingWrite } from './firestore-limit-store.js';
import { create, update } from './writes.js';

/** Sessions revoked in one commit; Firestore's own limit is 500 writes. */
const REVOKE_PAGE = 400;

export class FirestoreSessionStore implements SessionStore {
  constructor(private readonly access: FirestoreAccess) {}

  async open(
    { sid, ...session }: SessionRecord,
    code: MatchedCode | null,
    counted: DocumentChange | null = null,
  ): Promise<readonly number[] | null> {
    // One field for "all sessions of a user" needs one index.
    const fields = { ...session, owner: ownerOf(session.poolId, session.uid), purgeAt: session.expiresAt };
    const counting = counted === null ? [] : [countingWrite(counted)];
    try {
      const writes = [...counting, ...(code === null ? [] : consumption(code)), create(pathOf(sid), fields)];
      const [first] = await this.access.commitForResults('sessions.open', writes);
      return first?.counters ?? [];
    } catch (error) {
      if (error instanceof PreconditionMissedError) return null;
      if (error instanceof UnavailableError && (await this.wasOpened(sid))) return [];
      throw error;
    }
  }

  /** After a lost answer. The id is of this one session, so that nobody else can have written the document. */
  private async wasOpened(sid: SessionId): Promise<boolean> {
    try {
      return (await this.access.get('sessions.reread', pathOf(sid))) !== null;
    } catch {
      return false;
    }
  }

  async find(sid: SessionId): Promise<SessionRecord | null> {
    const document = await this.access.get('sessions.find', pathOf(sid));
    if (document === null) return null;
    const { poolId, uid, createdAt, expiresAt, revokedAt, client, signedInAt = null } = document.data;
    return { sid, poolId, uid, createdAt, expiresAt, revokedAt, client, signedInAt };
  }

  async revoke(sid: SessionId, at: Date, audit?: readonly AuditRecord[]): Promise<void> {
    const writes = [update(pathOf(sid), { revokedAt: at }), ...auditWrites(audit)];
    await this.access.commitUnlessMissed('sessions.revoke', writes);
  }

  async renewSignIn(sid: SessionId, at: Date): Promise<void> {
    await this.access.commitUnlessMissed('sessions.renewSignIn', [update(pathOf(sid), { signedInAt: at })]);
  }

  async revokeAll(pool: Pool, uid: UserId, at: Date, except?: SessionId): Promise<number> {
    let revoked = 0;
    for (;;) {
      const found = await this.findIds({ owner: ownerOf(pool.id, uid), revokedAt: null });
      const live = found.filter((sid) => sid !== except);
      if (live.length === 0) return revoked;
      // Without a precondition: a session that TTL removes meanwhile must not keep the others alive.
      const writes = live.map((sid) => ({ path: pathOf(sid), fields: { revokedAt: at } }));
      await this.access.commit('sessions.revokeAll', writes);
      revoked += live.length;
    }
  }

  async removeAll(pool: Pool, uid: UserId): Promise<void> {
    for (;;) {
      const found = await this.findIds({ owner: ownerOf(pool.id, uid) });
      if (found.length === 0) return;
      await this.access.commit(
        'sessions.removeAll',
        found.map((sid) => ({ delete: pathOf(sid) })),
      );
    }
  }

  private async findIds(where: Readonly<Record<string, string | null>>): Promise<SessionId[]> {
    const query = { collection: 'sessions', where, limit: REVOKE_PAGE, idsOnly: true };
    return (await this.access.query('sessions.findIds', query)).map(({ id }) => id as SessionId);
  }
}

function pathOf(sid: SessionId): string {
  return `sessions/${sid}`;
}

function ownerOf(poolId: Pool['id'], uid: UserId): string {
  return `${poolId}/${uid}`;
}
