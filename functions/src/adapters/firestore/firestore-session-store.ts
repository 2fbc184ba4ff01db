import type { Firestore, Timestamp } from '@google-cloud/firestore';
import type { MatchedCode } from '../../codes/code-service.js';
import type { Pool } from '../../identity/pool.js';
import type { SessionId } from '../../sessions/session-id.js';
import type { SessionRecord } from '../../sessions/session-record.js';
import type { SessionStore } from '../../sessions/session-store.js';
import type { UserId } from '../../users/user-id.js';
import { commitUnlessMissed, type FirestoreAccess, isNotFound } from './firestore-access.js';
import { consumeInBatch } from './firestore-challenge-store.js';

/** Sessions revoked in one commit; Firestore's own limit is 500 writes. */
const REVOKE_PAGE = 400;

export class FirestoreSessionStore implements SessionStore {
  constructor(private readonly access: FirestoreAccess) {}

  async open(session: SessionRecord, code: MatchedCode): Promise<boolean> {
    const cost = { writes: 1, deletes: 1 + code.others.length };
    const opened = await this.access.run('sessions.open', cost, ({ db }) => {
      const batch = db.batch();
      consumeInBatch(batch, db, code.key, code.others);
      batch.create(sessionRef(db, session.sid), toDocument(session));
      return commitUnlessMissed(batch.commit());
    });
    // The SDK repeats a commit whose answer was lost, and the repetition misses the code: our own session tells.
    return opened || (await this.find(session.sid)) !== null;
  }

  async find(sid: SessionId): Promise<SessionRecord | null> {
    const snapshot = await this.access.run('sessions.find', { reads: 1 }, ({ db }) => sessionRef(db, sid).get());
    const data = snapshot.data();
    if (data === undefined) return null;
    return {
      sid,
      poolId: data.poolId,
      uid: data.uid,
      createdAt: (data.createdAt as Timestamp).toDate(),
      expiresAt: (data.expiresAt as Timestamp).toDate(),
      revokedAt: (data.revokedAt as Timestamp | null)?.toDate() ?? null,
      client: data.client,
    };
  }

  async revoke(sid: SessionId, at: Date): Promise<void> {
    await this.access.run('sessions.revoke', { writes: 1 }, async ({ db }) => {
      try {
        await sessionRef(db, sid).update({ revokedAt: at });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    });
  }

  async revokeAll(pool: Pool, uid: UserId, at: Date, except?: SessionId): Promise<number> {
    let revoked = 0;
    for (;;) {
      const live = await this.findLive(pool, uid, except);
      if (live.length === 0) return revoked;
      await this.access.run('sessions.revokeAll', { writes: live.length }, async ({ db }) => {
        const batch = db.batch();
        for (const sid of live) batch.update(sessionRef(db, sid), { revokedAt: at });
        await batch.commit();
      });
      revoked += live.length;
    }
  }

  private async findLive(pool: Pool, uid: UserId, except?: SessionId): Promise<SessionId[]> {
    const found = await this.access.run('sessions.findLive', { reads: 1 }, ({ db }) =>
      db
        .collection('sessions')
        .where('owner', '==', ownerOf(pool.id, uid))
        .where('revokedAt', '==', null)
        .select()
        .limit(REVOKE_PAGE)
        .get(),
    );
    return found.docs.map(({ id }) => id as SessionId).filter((sid) => sid !== except);
  }
}

function sessionRef(db: Firestore, sid: SessionId) {
  return db.doc(`sessions/${sid}`);
}

function toDocument({ sid: _, ...session }: SessionRecord) {
  // One field for "all sessions of a user" needs one index.
  return { ...session, owner: ownerOf(session.poolId, session.uid), purgeAt: session.expiresAt };
}

function ownerOf(poolId: Pool['id'], uid: UserId): string {
  return `${poolId}/${uid}`;
}
