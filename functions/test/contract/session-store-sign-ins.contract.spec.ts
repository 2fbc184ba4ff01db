import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MAIN_POOL } from '../../src/identity/pool.js';
import type { LimitKey } from '../../src/limits/limit-store.js';
import { sessionId } from '../../src/sessions/session-id.js';
import type { SessionRecord } from '../../src/sessions/session-record.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { newChallenge, newPlace } from '../support/records.js';

const BEGUN = new Date('2026-01-01T12:00:00.123Z');
const ENDS = new Date('2030-01-01T12:00:00.456Z');

function newSession(change: Partial<SessionRecord> = {}): SessionRecord {
  return {
    sid: sessionId.generate(),
    poolId: MAIN_POOL.id,
    uid: userId.generate(),
    createdAt: BEGUN,
    expiresAt: ENDS,
    revokedAt: null,
    signedInAt: null,
    client: { address: null, agent: null },
    ...change,
  };
}

/** Sessions of the main app, which a password or a sign-in with the client SDK opens, and no code. */
describeContract('SessionStore, without codes', (ports, adapters) => {
  let store: SessionStore;
  before(() => {
    store = ports().sessions;
  });

  it('opens a session and gives it back as it was opened, with when its user has signed in', async () => {
    for (const signedInAt of [null, new Date('2026-01-01T11:00:00Z')]) {
      const session = newSession({ signedInAt });
      expect(await store.open(session, null)).to.deep.equal([]);
      expect(await store.find(session.sid)).to.deep.equal(session);
    }
  });

  it('opens a session once: again, it changes nothing, not even of one that has ended', async () => {
    const session = newSession();
    await store.open(session, null);
    await store.revoke(session.sid, BEGUN);
    expect(await store.open({ ...session, uid: userId.generate() }, null)).to.equal(null);
    expect(await store.find(session.sid)).to.deep.equal({ ...session, revokedAt: BEGUN });
  });

  it('opens one of 20 of the same id at once', async () => {
    const session = newSession();
    const opened = await Promise.all(times(20, () => store.open(session, null)));
    expect(opened.filter((counts) => counts !== null)).to.deep.equal([[]]);
  });

  it('takes no code and changes no counters where the session is there', async () => {
    const [session, key, challenge] = [newSession(), newPlace(), newChallenge()];
    const counted = { key: `limit-${randomUUID()}` as LimitKey, changes: [{ field: 'a', add: 1 }], purgeAt: ENDS };
    expect(await store.open(session, null, counted)).to.deep.equal([1]);
    await ports().challenges.replace(key, challenge);
    const { challengeId, uid } = challenge;
    const code = { key, challengeId, uid, proves: null, claimUntil: ENDS, others: [] };
    expect(await store.open(session, code, counted)).to.equal(null);
    expect(await store.open(newSession(), code, counted)).to.deep.equal([2]);
  });

  it('moves the time of one session alone, and makes none of one that is gone', async () => {
    const [one, other] = [newSession({ signedInAt: BEGUN }), newSession({ signedInAt: BEGUN })];
    for (const session of [one, other]) await store.open(session, null);
    await store.renewSignIn(one.sid, ENDS);
    expect(await store.find(one.sid)).to.deep.equal({ ...one, signedInAt: ENDS });
    expect(await store.find(other.sid)).to.deep.equal(other);
    const gone = sessionId.generate();
    await store.renewSignIn(gone, ENDS);
    expect(await store.find(gone)).to.equal(null);
  });

  it('brings no session back that has ended', async () => {
    const session = newSession({ signedInAt: BEGUN });
    await store.open(session, null);
    await store.revoke(session.sid, ENDS);
    await store.renewSignIn(session.sid, ENDS);
    expect(await store.find(session.sid)).to.deep.include({ revokedAt: ENDS });
  });

  it('revokes and removes them with the others of the user', async () => {
    const [one, other] = [newSession(), newSession({ signedInAt: BEGUN })];
    const { uid } = one;
    for (const session of [one, { ...other, uid }]) await store.open(session, null);
    expect(await store.revokeAll(MAIN_POOL, uid, ENDS)).to.equal(2);
    expect(await store.find(other.sid)).to.deep.include({ signedInAt: BEGUN, revokedAt: ENDS });
    await store.removeAll(MAIN_POOL, uid);
    expect(await store.find(other.sid)).to.equal(null);
  });

  if (adapters === 'emulators')
    it('reads a session from before there were sign-ins as one of our own', async () => {
      const session = newSession({ signedInAt: BEGUN });
      await store.open(session, null);
      const probe = new FirestoreProbe();
      await probe.write(`sessions/${session.sid}`, { signedInAt: undefined });
      await probe.close();
      expect((await store.find(session.sid))?.signedInAt).to.equal(null);
    });
});
