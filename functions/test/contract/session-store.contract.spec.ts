import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ChallengeKey, MatchedCode } from '../../src/codes/challenge-record.js';
import { MAIN_POOL, type Pool } from '../../src/identity/pool.js';
import type { LimitKey } from '../../src/limits/limit-store.js';
import { type SessionId, sessionId } from '../../src/sessions/session-id.js';
import type { SessionRecord } from '../../src/sessions/session-record.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { type UserId, userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newPool } from '../support/unit-fixtures.js';

const BEGUN = new Date('2026-01-01T12:00:00.123Z');
const ENDS = new Date('2030-01-01T12:00:00.456Z');
const REVOKED = new Date('2026-01-01T12:30:00.789Z');

function newSession(pool: Pool, uid: UserId): SessionRecord {
  const client = { address: '203.0.113.7', agent: null };
  return {
    sid: sessionId.generate(),
    poolId: pool.id,
    uid,
    createdAt: BEGUN,
    expiresAt: ENDS,
    revokedAt: null,
    signedInAt: null,
    client,
  };
}

describeContract('SessionStore', (ports) => {
  let store: SessionStore;
  let pool: Pool;
  let uid: UserId;
  before(() => {
    store = ports().sessions;
  });
  beforeEach(() => {
    [pool, uid] = [newPool(), userId.generate()];
  });

  /** A code that was right and is still there. */
  async function matched(others: readonly ChallengeKey[] = []): Promise<MatchedCode> {
    const [key, challengeId] = [`place-${randomUUID()}` as ChallengeKey, randomUUID()];
    const rest = {
      serial: 1,
      sequence: 1,
      proves: null,
      mac: 'mac',
      pepperVersion: 1,
      sibling: null,
      expiresAt: ENDS,
      purgeAt: ENDS,
    };
    await ports().challenges.replace(key, { challengeId, uid, ...rest });
    const match = { key, challengeId, uid, proves: null, claimUntil: new Date('2030-01-01T00:00:00Z'), others };
    return match;
  }

  async function opened(owner = uid, inPool = pool): Promise<SessionId> {
    const session = newSession(inPool, owner);
    expect(await store.open(session, await matched())).to.deep.equal([]);
    return session.sid;
  }

  const revokedAt = async (sid: SessionId) => (await store.find(sid))?.revokedAt;

  it('finds none that was not opened', async () => {
    expect(await store.find(sessionId.generate())).to.equal(null);
  });

  it('gives a session back as it was opened', async () => {
    const session = newSession(pool, uid);
    await store.open(session, await matched());
    expect(await store.find(session.sid)).to.deep.equal(session);
  });

  describe('open', () => {
    it('takes the code, and the failures of the other place, with it', async () => {
      const other = await matched();
      const code = await matched([other.key]);
      expect(await store.open(newSession(pool, uid), code)).to.deep.equal([]);
      for (const { key } of [code, other]) expect(await ports().challenges.countTry(key)).to.equal(null);
    });

    it('writes no session when the code is gone', async () => {
      const code = await matched();
      await ports().challenges.clear([code.key]);
      const session = newSession(pool, uid);
      expect(await store.open(session, code)).to.equal(null);
      expect(await store.find(session.sid)).to.equal(null);
    });

    /** O-01, GHSA-7w99-5wm4-3g79. */
    it('has exactly one winner of 50 with one code, and one session', async () => {
      const code = await matched();
      const sessions = times(50, () => newSession(pool, uid));
      const wins = await Promise.all(sessions.map((session) => store.open(session, code)));
      expect(wins.filter(Boolean)).to.have.length(1);
      const found = await Promise.all(sessions.map(({ sid }) => store.find(sid)));
      expect(found.filter((session) => session !== null).map(({ sid }) => sid)).to.deep.equal([
        sessions[wins.findIndex(Boolean)]?.sid,
      ]);
    });

    it('changes counters with it, and none when the code is gone', async () => {
      const purgeAt = ENDS;
      const key = `limit-${randomUUID()}` as LimitKey;
      const changes = [
        { field: 'logins', add: 1 },
        { field: 'devices.a', add: 2 },
        { field: 'latest', atLeast: 7 },
      ];
      const counted = { key, changes, purgeAt };
      const code = await matched();
      expect(await store.open(newSession(pool, uid), code, counted)).to.deep.equal([1, 2, 7]);
      expect(await store.open(newSession(pool, uid), code, counted)).to.equal(null);
      expect(await store.open(newSession(pool, uid), await matched(), counted)).to.deep.equal([2, 4, 7]);
    });

    it('opens many with a code each', async () => {
      const codes = await Promise.all(times(50, () => matched()));
      const wins = await Promise.all(codes.map((code) => store.open(newSession(pool, uid), code)));
      expect(wins.filter(Boolean)).to.have.length(50);
    });
  });

  describe('revoke', () => {
    it('ends one session, and nothing else of it changes', async () => {
      const [sid, other] = [await opened(), await opened()];
      const before = await store.find(sid);
      await store.revoke(sid, REVOKED);
      expect(await store.find(sid)).to.deep.equal({ ...before, revokedAt: REVOKED });
      expect(await revokedAt(other)).to.equal(null);
    });

    it('is no error for a session that is gone, and makes none', async () => {
      const sid = sessionId.generate();
      await store.revoke(sid, REVOKED);
      expect(await store.find(sid)).to.equal(null);
    });
  });

  describe('revokeAll', () => {
    it('ends every live session of the user and tells how many', async () => {
      const sids = await Promise.all(times(5, () => opened()));
      await store.revoke(sids[0] as SessionId, BEGUN);
      expect(await store.revokeAll(pool, uid, REVOKED)).to.equal(4);
      expect(await revokedAt(sids[0] as SessionId), 'ended before').to.deep.equal(BEGUN);
      for (const sid of sids.slice(1)) expect(await revokedAt(sid)).to.deep.equal(REVOKED);
      expect(await store.revokeAll(pool, uid, REVOKED), 'again').to.equal(0);
    });

    it('keeps the one that is excepted', async () => {
      const [kept, other] = [await opened(), await opened()];
      expect(await store.revokeAll(pool, uid, REVOKED, kept)).to.equal(1);
      expect(await revokedAt(kept)).to.equal(null);
      expect(await revokedAt(other)).to.deep.equal(REVOKED);
      expect(await store.revokeAll(pool, uid, REVOKED, kept), 'nothing left but it').to.equal(0);
    });

    it('touches no other user, and not the same uid in another pool', async () => {
      const others = [await opened(userId.generate()), await opened(uid, newPool()), await opened(uid, MAIN_POOL)];
      await opened();
      expect(await store.revokeAll(pool, uid, REVOKED)).to.equal(1);
      for (const sid of others) expect(await revokedAt(sid)).to.equal(null);
    });

    it('ends more sessions than one commit takes: 450 but one', async () => {
      const sids: SessionId[] = [];
      for (let round = 0; round < 9; round += 1) sids.push(...(await Promise.all(times(50, () => opened()))));
      const kept = sids[200] as SessionId;
      expect(await store.revokeAll(pool, uid, REVOKED, kept)).to.equal(449);
      expect(await revokedAt(kept)).to.equal(null);
      for (const at of [0, 199, 201, 449]) expect(await revokedAt(sids[at] as SessionId)).to.deep.equal(REVOKED);
      expect(await store.revokeAll(pool, uid, REVOKED)).to.equal(1);
      await store.removeAll(pool, uid);
      for (const at of [0, 199, 200, 449]) expect(await store.find(sids[at] as SessionId)).to.equal(null);
      expect(await store.revokeAll(pool, uid, REVOKED), 'nothing left').to.equal(0);
    });
  });

  describe('removeAll', () => {
    it('removes the sessions of the user, ended or not; twice is no error', async () => {
      const [live, ended] = [await opened(), await opened()];
      await store.revoke(ended, REVOKED);
      for (const _ of times(2, String)) await store.removeAll(pool, uid);
      for (const sid of [live, ended]) expect(await store.find(sid)).to.equal(null);
    });

    it('touches no other user, and not the same uid in another pool', async () => {
      const others = [await opened(userId.generate()), await opened(uid, newPool()), await opened(uid, MAIN_POOL)];
      await opened();
      await store.removeAll(pool, uid);
      for (const sid of others) expect((await store.find(sid))?.sid).to.equal(sid);
    });
  });
});
