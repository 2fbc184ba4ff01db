import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { callLate, failAtOnce } from '../../test/support/late-calls.js';
import { newOrg } from '../../test/support/records.js';
import { CLIENT, matchOf, SessionHouse } from '../../test/support/session-house.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { ChallengeKey } from '../codes/challenge-record.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../identity/pool.js';
import { userId } from '../users/user-id.js';
import { sessionId } from './session-id.js';
import { SESSION_TOKEN_LIFETIME_MS } from './session-policy.js';

describe('SessionService', () => {
  let house: SessionHouse;
  beforeEach(async () => {
    house = new SessionHouse();
    await house.enroll();
  });

  it('opens a session whose token it knows again', async () => {
    const session = await house.check(await house.open());
    expect(session).to.deep.equal({
      sid: session.sid,
      poolId: house.org.orgId,
      uid: house.user.uid,
      createdAt: new Date(house.clock.now()),
      expiresAt: new Date(house.clock.now() + SESSION_TOKEN_LIFETIME_MS),
      revokedAt: null,
      client: CLIENT,
      signedInAt: null,
    });
  });

  it('puts our claims in the token, and no contact', async () => {
    const token = await house.open();
    const claims = decodeJwt(token);
    expect(claims).to.include({ sub: house.user.uid, org_id: house.org.orgId, role: 'user' });
    expect(claims['auth_methods']).to.deep.equal(['pwd', 'otp']);
    expect(sessionId.is(claims['sid'])).to.equal(true);
    for (const secret of [house.user.email, house.user.phone_number])
      expect(JSON.stringify(claims)).not.to.include(secret);
  });

  it('puts no org in a token of the main app', async () => {
    await house.enroll(house.user, MAIN_POOL);
    const claims = decodeJwt(await house.open(house.user, MAIN_POOL));
    expect(claims).to.include({ sub: house.user.uid, org_id: null });
  });

  /** S-07. */
  it('makes a new session each time', async () => {
    const sids = new Set<string>();
    for (let login = 0; login < 50; login += 1) sids.add((await house.check(await house.open())).sid);
    expect(sids.size).to.equal(50);
  });

  /** O-01 at this level. */
  it('opens one session with one code, whatever the parallelism', async () => {
    const code = await house.matchedCode();
    const opening = {
      pool: house.pool,
      user: house.user,
      code,
      authMethods: [],
      client: CLIENT,
      attempt: freshAttempt(),
      lifetimeMs: house.lifetimeMs,
    };
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => house.service.open(opening)));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).to.have.property('code', 'invalid_code');
    expect(await house.service.endAll(house.pool, house.user.uid), 'sessions').to.equal(1);
  });

  it('opens none for a disabled or deleted user', async () => {
    await house.ports.identities.setDisabled(house.pool, house.user.uid, true);
    await expectCode(house.open(), 'user_inactive');
    await house.ports.identities.delete(house.pool, house.user.uid);
    await expectCode(house.open(), 'user_inactive');
  });

  it('drops the token of a session that could not be written', async () => {
    const token = await house.open();
    const gone = matchOf('nowhere' as ChallengeKey, 'challenge', house.user.uid);
    const opening = {
      pool: house.pool,
      user: house.user,
      code: gone,
      authMethods: [],
      client: CLIENT,
      attempt: freshAttempt(),
      lifetimeMs: house.lifetimeMs,
    };
    await expectCode(house.service.open(opening), 'invalid_code');
    await house.check(token);
  });

  /** What ran on behind a refused request would outlive its deadline, and its process. */
  describe('leaves nothing running behind an opening that fails', () => {
    it('for want of a token: its session is written or not by then', async () => {
      const writing = callLate(house.ports.sessions, 'open');
      failAtOnce(house.ports.exchanger, 'exchange');
      await expectCode(house.open(), 'unavailable');
      expect(writing).to.deep.equal({ begun: 1, ended: 1 });
    });

    it('for want of its session', async () => {
      const exchanging = callLate(house.ports.exchanger, 'exchange');
      failAtOnce(house.ports.sessions, 'open');
      await expectCode(house.open(), 'unavailable');
      expect(exchanging).to.deep.equal({ begun: 1, ended: 1 });
    });
  });

  describe('ends', () => {
    it('with its hour, to the millisecond', async () => {
      const token = await house.open();
      house.clock.advance(SESSION_TOKEN_LIFETIME_MS - 1);
      await house.check(token);
      house.clock.advance(1);
      await expectCode(house.check(token), 'invalid_session');
    });

    it('alone by logout', async () => {
      const [one, other] = [await house.open(), await house.open()];
      await house.service.end((await house.check(one)).sid);
      await expectCode(house.check(one), 'invalid_session');
      await house.check(other);
    });

    it('at a time that is kept', async () => {
      const [one, other] = [await house.check(await house.open()), await house.check(await house.open())];
      house.clock.advance(1_234);
      await house.service.end(one.sid);
      house.clock.advance(1);
      await house.service.endAll(house.pool, house.user.uid);
      const ends = await Promise.all([one, other].map(({ sid }) => house.ports.sessions.find(sid)));
      expect(ends.map((session) => session?.revokedAt?.getTime())).to.deep.equal([
        house.clock.now() - 1,
        house.clock.now(),
      ]);
    });

    it('together, all but one', async () => {
      const tokens = [await house.open(), await house.open(), await house.open()];
      const [kept = '', ...others] = tokens;
      const { sid } = await house.check(kept);
      expect(await house.service.endAll(house.pool, house.user.uid, sid)).to.equal(2);
      for (const token of others) await expectCode(house.check(token), 'invalid_session');
      await house.check(kept);
      expect(await house.service.endAll(house.pool, house.user.uid)).to.equal(1);
      await expectCode(house.check(kept), 'invalid_session');
    });

    /** S-06. */
    it('in the very millisecond in which another begins, without taking it along', async () => {
      for (let round = 0; round < 100; round += 1) {
        const old = await house.open();
        await house.service.endAll(house.pool, house.user.uid);
        const next = await house.open();
        await expectCode(house.check(old), 'invalid_session');
        await house.check(next);
        house.clock.advance(round % 3);
      }
    });

    it('twice without harm', async () => {
      const { sid } = await house.check(await house.open());
      await house.service.end(sid);
      await house.service.end(sid);
      await house.service.end(sessionId.generate());
    });

    it('with its org’s suspension, for good; sessions from after it live', async () => {
      const old = await house.open();
      house.clock.advance(1);
      const resumed = { ...house.org, sessionsValidFrom: new Date(house.clock.now()) };
      await expectCode(house.check(old, resumed), 'invalid_session');
      await house.check(await house.open(), resumed);
    });
  });

  /** T-01, T-03. */
  describe('knows no token', () => {
    it('of another org', async () => {
      const token = await house.open();
      const others = [newOrg(), newOrg({ tenantId: house.org.tenantId }), { ...newOrg(), orgId: house.org.orgId }];
      for (const other of others) await expectCode(house.check(token, other), 'invalid_session');
    });

    it('whose session is of another org or user, though the token were right', async () => {
      const token = await house.open();
      const { sid } = await house.check(token);
      const session = await house.ports.sessions.find(sid);
      if (session === null) throw new Error('no session');
      for (const change of [{ poolId: newOrg().orgId }, { uid: userId.generate() }, { poolId: 'main' as const }]) {
        house.ports.sessions.find = async () => ({ ...session, ...change });
        await expectCode(house.check(token), 'invalid_session');
      }
    });

    it('whose session was never written', async () => {
      const token = await house.open();
      house.ports.sessions.find = async () => null;
      await expectCode(house.check(token), 'invalid_session');
    });

    it('that is none', async () => {
      for (const token of ['', 'x', 'a.b.c', await customToken(house)])
        await expectCode(house.check(token), 'invalid_session');
    });
  });
});

/** Signed, of the right tenant, and yet only good for exchange. */
function customToken({ ports, pool, user }: SessionHouse): Promise<string> {
  const claims = { sid: sessionId.generate(), org_id: pool.id, role: 'user', auth_methods: [] };
  return ports.signer.sign(pool, user.uid, claims);
}
