import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { UserId } from '../src/users/user-id.js';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { dose, HEAVY } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { BY } from './support/records.js';
import { callRoute, sessionRoutes } from './support/route-samples.js';
import { type TestUser, wrongCode } from './support/scenario.js';
import { expectCode } from './support/unit-fixtures.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const INVALID_SESSION = [401, 'invalid_session'] as const;

const poolOf = ({ org }: TestOrg) => ({ id: org.orgId, tenantId: org.tenantId });

describeApp('O-03: failures over many codes', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  before(async () => {
    org = await app().provision();
    probe = new FirestoreProbe();
  });
  after(() => probe.close());

  const failuresOf = async (user: TestUser): Promise<number> =>
    Math.max(...(await probe.challengesOf(user.userId)).map(({ failures = 0 }) => failures));

  /** Straight to that many at both of the user's contacts, which count together. */
  async function failUpTo(user: TestUser, failures: number): Promise<number> {
    const [path = ''] = await probe.challengePathsOf(user.userId);
    const { sibling } = (await probe.read(path)) ?? {};
    for (const one of [path, `challenges/${sibling}`]) await probe.write(one, { failures });
    return failures;
  }

  /** @see CVE-2023-47111 CVE-2025-64102 */
  it('a new code gives back no failure, pauses begin at the 5th, and at 100 nothing is accepted', async function () {
    this.timeout(120_000);
    const { scenario, clock } = app();
    const user = await scenario.register(org);
    let failures = 0;
    let sent = 2;
    let code = await scenario.sendLoginCode(org, user);
    const guess = async (distance: number) => scenario.verify(org, user, wrongCode(code, distance));
    const fail = async (distance: number) => {
      expectError(await guess(distance), 400, 'invalid_code');
      failures += 1;
    };
    for (const distance of [1, 2, 3, 4]) await fail(distance);
    code = await scenario.sendLoginCode(org, user);
    expect(await failuresOf(user)).to.equal(4);
    await fail(1);
    // The fifth in a row: not even the right one is compared before the pause is over.
    const paused = expectError(await scenario.verify(org, user, code), 429, 'locked_out');
    expect(Number(paused.headers.get('retry-after'))).to.be.within(25, 30);
    clock.advance(31 * SECOND);
    await fail(2);
    expectError(await scenario.verify(org, user, code), 429, 'locked_out');

    if (!HEAVY) failures = await failUpTo(user, 93);
    // From here on one wrong code each three hours: within the daily limit of sends, whatever the time of day is now.
    while (failures < 100) {
      clock.advance(3 * HOUR);
      code = await scenario.sendLoginCode(org, user);
      sent += 1;
      expect(await failuresOf(user)).to.equal(failures);
      await fail(1);
    }
    clock.advance(3 * HOUR);
    code = await scenario.sendLoginCode(org, user);
    expectError(await scenario.verify(org, user, code), 429, 'locked_out');
    expect(await failuresOf(user)).to.equal(100);
    // Nor by the other contact: it is the same user.
    const byPhone = await scenario.sendLoginCode(org, user, 'phone_number');
    expectError(await scenario.verify(org, user, byPhone, 'phone_number'), 429, 'locked_out');
    expect(await probe.sessionsOf(org.org.orgId, user.userId)).to.deep.equal([]);
    console.log(`      O-03: ${failures} failures kept over ${sent} codes; the right code refused`);
  });

  it('O-04: a right password leaves the failures, a right code ends them', async () => {
    const { scenario } = app();
    const user = await scenario.register(org);
    const first = await scenario.sendLoginCode(org, user);
    for (const distance of [1, 2, 3]) await scenario.verify(org, user, wrongCode(first, distance));
    const second = await scenario.sendLoginCode(org, user);
    expect(await failuresOf(user)).to.equal(3);
    expectStatus(await scenario.verify(org, user, second), 200);
    expect(await probe.challengesOf(user.userId)).to.deep.equal([]);
  });
});

describeApp('O-05: lifetime of codes and sessions', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  before(async () => {
    org = await app().provision('Short', { codeLifetimeSeconds: 300 });
    probe = new FirestoreProbe();
  });
  after(() => probe.close());

  const tryCode = (user: TestUser, purpose: string, code: string): Promise<ApiResponse> => {
    const { api } = app();
    // What a client says of the time is nothing to us.
    const headers = { date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'x-date': '0' };
    const reset = { email: user.email, code, new_password: 'a new one' };
    if (purpose === 'reset') return api.request('/partner/auth/forgot-password/reset', { org, body: reset, headers });
    return api.request('/partner/auth/verify-otp', { org, body: { email: user.email, code }, headers });
  };

  for (const purpose of ['login', 'reset'] as const) {
    /** @see CVE-2024-7318 a code was valid past its expiry */
    it(`a ${purpose} code works a second before its end and not a second after, document or not`, async () => {
      const { scenario, clock } = app();
      for (const [seconds, status] of [
        [299, 200],
        [301, 400],
      ] as const) {
        const user = await scenario.register(org);
        const code = await (purpose === 'login'
          ? scenario.sendLoginCode(org, user)
          : scenario.sendResetCode(org, user));
        clock.advance(seconds * SECOND);
        expect(await probe.challengesOf(user.userId), 'the document is still there').to.have.length(1);
        expectStatus(await tryCode(user, purpose, code), status);
        if (status === 400) expect((await probe.challengesOf(user.userId))[0]?.failures ?? 0).to.equal(0);
      }
    });
  }

  it('an org cannot make codes live longer than 600 s: it is refused', async () => {
    const { details } = await expectCode(app().provision('Long', { codeLifetimeSeconds: 86_400 }), 'invalid_request');
    expect(details?.map(({ path }) => path)).to.deep.equal(['settings.codeLifetimeSeconds']);
  });

  it('nor whoever writes what is in force past all checks', async () => {
    const { scenario, clock, provision } = app();
    const long = await provision('Long', { codeLifetimeSeconds: 300 });
    const path = `orgs/${long.org.orgId}`;
    const { inForce } = (await probe.read(path)) ?? {};
    const settings = { ...inForce.settings, codeLifetimeSeconds: 86_400 };
    await probe.write(path, { inForce: { ...inForce, settings } });
    const user = await scenario.register(long);
    const code = await scenario.sendLoginCode(long, user);
    clock.advance(601 * SECOND);
    expectError(await scenario.verify(long, user, code), 400, 'invalid_code');
  });

  it('a session ends with its hour, to the second', async () => {
    const { scenario, clock } = app();
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    const [stored] = await probe.sessionsOf(org.org.orgId, user.userId);
    const end: number = stored?.expiresAt.toMillis();
    clock.advance(end - clock.now() - 2 * SECOND);
    // The emulator's token began at its own time, minutes of test time ago: the document alone is asked.
    const { sid } = decodeJwt(session) as { sid: never };
    const document = await app().ports.sessions.find(sid);
    expect(document?.expiresAt.getTime()).to.equal(end);
    clock.advance(3 * SECOND);
    expect(await scenario.isLive(org, session)).to.equal(false);
  });
});

/** What ends sessions; each event says how long it may take to be seen. */
describeApp('S-05: sessions end', (app) => {
  let org: TestOrg;
  beforeEach(async () => {
    org = await app().provision();
  });

  async function expectRefused(session: string, status: number, code: string): Promise<void> {
    for (const route of sessionRoutes) {
      const body = { current_password: 'a', new_password: 'another' };
      expectError(await callRoute(app(), route, { org, session, body }), status, code);
    }
  }

  interface Event {
    readonly act: (user: TestUser, session: string, other: string) => Promise<unknown>;
    readonly answer?: readonly [status: number, code: string];
    /** The org's settings and status are remembered for a minute; nothing else is. */
    readonly remembered?: true;
  }

  const events: Readonly<Record<string, Event>> = {
    logout: { act: (_user, session) => app().api.post(org, '/partner/auth/logout', {}, session) },
    'a password change in another session': {
      act: ({ password }, _session, other) => {
        const body = { current_password: password, new_password: 'a new one' };
        return app().api.post(org, '/partner/auth/change-password', body, other);
      },
    },
    'a password reset': {
      act: async (user) => {
        const code = await app().scenario.sendResetCode(org, user);
        const body = { email: user.email, code, new_password: 'a new one' };
        expectStatus(await app().api.post(org, '/partner/auth/forgot-password/reset', body), 200);
      },
    },
    /** @see GHSA-2vg6-77g8-24mp sessions survive the deletion of their user */
    'the deletion of the user': {
      act: ({ userId }) => app().services.userAdmin.delete(poolOf(org), userId as UserId, BY),
    },
    'the suspension of the user': {
      act: ({ userId }) => app().services.userAdmin.change(poolOf(org), userId as UserId, { status: 'suspended' }, BY),
    },
    'the suspension and resumption of the user': {
      act: async ({ userId }) => {
        await app().services.userAdmin.change(poolOf(org), userId as UserId, { status: 'suspended' }, BY);
        await app().services.userAdmin.change(poolOf(org), userId as UserId, { status: 'active' }, BY);
      },
    },
    'the suspension of the org': {
      act: () => app().services.orgs.suspend(org.org.orgId, BY),
      answer: [403, 'client_inactive'],
      remembered: true,
    },
    'the suspension and resumption of the org': {
      act: async () => {
        await app().services.orgs.suspend(org.org.orgId, BY);
        await app().services.orgs.resume(org.org.orgId, BY);
      },
      remembered: true,
    },
    'the revocation of the credential': {
      act: () => app().services.credentialAdmin.revoke(org.credential.key, BY),
      answer: [401, 'invalid_client'],
      remembered: true,
    },
  };

  for (const [name, { act, answer = INVALID_SESSION, remembered }] of Object.entries(events)) {
    it(`by ${name}${remembered ? ', within 60 s' : ', at once'}`, async () => {
      const { scenario, clock } = app();
      const user = await scenario.register(org);
      const [session, other] = [await scenario.logIn(org, user), await scenario.logIn(org, user)];
      expect(await scenario.isLive(org, session)).to.equal(true);
      await act(user, session, other);
      if (remembered) clock.advance(MINUTE);
      await expectRefused(session, ...answer);
    });
  }

  it('and a suspended or deleted user gets no new one', async () => {
    const { scenario, api, services } = app();
    const ends: Readonly<Record<string, (uid: UserId) => Promise<void>>> = {
      suspended: (uid) => services.userAdmin.change(poolOf(org), uid, { status: 'suspended' }, BY),
      deleted: (uid) => services.userAdmin.delete(poolOf(org), uid, BY),
    };
    for (const end of Object.values(ends)) {
      const user = await scenario.register(org);
      const code = await scenario.sendLoginCode(org, user);
      await end(user.userId as UserId);
      expectError(await scenario.verify(org, user, code), 400, 'invalid_code');
      const body = { email: user.email, password: user.password };
      expectError(await api.post(org, '/partner/auth/login', body), 401, 'invalid_credentials');
    }
  });
});

describeApp('S-06: revocation within the same second', (app) => {
  const rounds = dose(20, 500);
  const AT_ONCE = 5;

  it(`${rounds} times login, revoke, login: the old session never, the new one always`, async function () {
    this.timeout(rounds * 2 * SECOND);
    const { scenario, api, services, provision } = app();
    const org = await provision();
    const counts = { 'same second': 0, 'revoked accepted': 0, 'new refused': 0 };
    const round = async (index: number): Promise<void> => {
      const user = await scenario.register(org);
      const old = await scenario.logIn(org, user);
      if (index % 2 === 0) expectStatus(await api.post(org, '/partner/auth/logout', {}, old), 200);
      else await services.sessions.endAll(poolOf(org), user.userId as UserId);
      const fresh = await scenario.logIn(org, user);
      if (decodeJwt(old).iat === decodeJwt(fresh).iat) counts['same second'] += 1;
      if (await scenario.isLive(org, old)) counts['revoked accepted'] += 1;
      if (!(await scenario.isLive(org, fresh))) counts['new refused'] += 1;
    };
    for (let done = 0; done < rounds; done += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => round(done + index)));
    console.table([counts]);
    expect(counts['same second']).to.be.above(0);
    expect(counts).to.include({ 'revoked accepted': 0, 'new refused': 0 });
  });
});
