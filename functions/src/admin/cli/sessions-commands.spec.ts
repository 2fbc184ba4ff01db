import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { matchOf } from '../../../test/support/session-house.js';
import type { ChallengeKey } from '../../codes/challenge-record.js';
import { HOUR_MS } from '../../lib/clock.js';
import type { OrgId } from '../../orgs/org-id.js';
import { type SessionId, sessionId } from '../../sessions/session-id.js';
import type { UserRecord } from '../../users/user-record.js';

describe('admin sessions', () => {
  let desk: AdminDesk;
  let orgId: OrgId;
  let user: UserRecord;
  beforeEach(async () => {
    desk = new AdminDesk();
    ({ orgId } = await desk.org());
    user = await desk.user(orgId);
  });

  async function open(poolId: OrgId | 'main' = orgId): Promise<SessionId> {
    const sid = sessionId.generate();
    const at = new Date(desk.clock.now());
    const key = sid as string as ChallengeKey;
    const challenge = {
      challengeId: sid,
      serial: 1,
      sequence: 1,
      proves: null,
      uid: user.uid,
      mac: 'mac',
      pepperVersion: 1,
      sibling: null,
    };
    await desk.ports.challenges.replace(key, { ...challenge, expiresAt: at, purgeAt: at });
    const expiresAt = new Date(at.getTime() + HOUR_MS);
    const client = { address: null, agent: null };
    const session = { sid, poolId, uid: user.uid, createdAt: at, expiresAt, revokedAt: null, signedInAt: null, client };
    expect(await desk.ports.sessions.open(session, matchOf(key, sid, user.uid))).to.deep.equal([]);
    return sid;
  }

  const isOver = async (sid: SessionId) => (await desk.ports.sessions.find(sid))?.revokedAt !== null;

  it('ends one session, with one record, and says whose it is before', async () => {
    const [sid, other] = [await open(), await open()];
    const records = await desk.audited(async () => {
      const { out, question } = await desk.run('sessions', 'revoke', sid);
      expect(out).to.equal(`The session ${sid} is over.\n`);
      expect(question).to.equal(`End the session ${sid} of the user ${user.uid} (org ${orgId})?`);
      await desk.done('sessions', 'revoke', sid);
    });
    expect([await isOver(sid), await isOver(other)]).to.deep.equal([true, false]);
    expect(records).to.have.length(1);
    const target = { kind: 'session', id: sid };
    expect(records[0]).to.deep.include({ action: 'session.revoked', orgId, target, actor: ACTOR });
  });

  it('ends all sessions of a user and their codes, with one record', async () => {
    const sids = [await open(), await open()];
    let codesEnded = 0;
    const { challenges } = desk.ports;
    const clear = challenges.clear.bind(challenges);
    challenges.clear = (...args) => {
      codesEnded += 1;
      return clear(...args);
    };
    const args = ['sessions', 'revoke', '--org', orgId, '--user', user.uid];
    const records = await desk.audited(() => desk.done(...args));
    for (const sid of sids) expect(await isOver(sid)).to.equal(true);
    expect(codesEnded).to.be.greaterThan(0);
    expect(records).to.have.length(1);
    const target = { kind: 'user', id: user.uid };
    expect(records[0]).to.deep.include({ action: 'session.revoked', orgId, target, actor: ACTOR });
  });

  it('asks first', async () => {
    const sid = await open();
    desk.answer = false;
    expectRefusal(await desk.run('sessions', 'revoke', sid), 1, /Nothing was done/);
    expectRefusal(await desk.run('sessions', 'revoke', '--org', orgId, '--user', user.uid), 1, /Nothing was done/);
    desk.canAsk = false;
    expectRefusal(await desk.run('sessions', 'revoke', sid), 1, /Give --yes/);
    expect(await isOver(sid)).to.equal(false);
    expect(await desk.json('sessions', 'revoke', sid, '--yes')).to.include({
      sid,
      uid: user.uid,
      orgId,
      revoked: true,
    });
  });

  it('wants either a session or a user', async () => {
    const sid = sessionId.generate();
    for (const args of [[], ['--org', orgId], ['--user', user.uid], [sid, '--org', orgId, '--user', user.uid]])
      expectRefusal(await desk.run('sessions', 'revoke', ...args, '--yes'), 2, /either a session id, or both/);
  });

  it('knows no session that is not there, nor one outside all orgs', async () => {
    for (const sid of [sessionId.generate(), await open('main')])
      expectRefusal(await desk.run('sessions', 'revoke', sid, '--yes'), 1, /There is no session of this id/);
  });
});
