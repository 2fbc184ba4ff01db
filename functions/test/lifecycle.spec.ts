import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { type ApiResponse, expectError, expectStatus } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { HEAVY } from './support/dose.js';
import { orgWithProbe } from './support/org-with-probe.js';
import { type TestUser, wrongCode } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';
import { expectCode } from './support/unit-fixtures.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

describeApp('O-03: failures over many codes', (app) => {
  const { org, probe } = orgWithProbe(app);
  holdEach(() => app().clock);

  const failuresOf = async (user: TestUser): Promise<number> =>
    Math.max(...(await probe().challengesOf(user.userId)).map(({ failures = 0 }) => failures));

  /** Straight to that many at both of the user's contacts, which count together. */
  async function failUpTo(user: TestUser, failures: number): Promise<number> {
    const [path = ''] = await probe().challengePathsOf(user.userId);
    const { sibling } = (await probe().read(path)) ?? {};
    for (const one of [path, `challenges/${sibling}`]) await probe().write(one, { failures });
    return failures;
  }

  /** @see CVE-2023-47111 CVE-2025-64102 */
  it('a new code gives back no failure, pauses begin at the 5th, and at 100 nothing is accepted', async () => {
    const { scenario, clock } = app();
    const user = await scenario.register(org());
    let failures = 0;
    let sent = 2;
    let code = await scenario.sendLoginCode(org(), user);
    const guess = async (distance: number) => scenario.verify(org(), user, wrongCode(code, distance));
    const fail = async (distance: number) => {
      expectError(await guess(distance), 400, 'invalid_code');
      failures += 1;
    };
    for (const distance of [1, 2, 3, 4]) await fail(distance);
    code = await scenario.sendLoginCode(org(), user);
    expect(await failuresOf(user)).to.equal(4);
    await fail(1);
    // The fifth in a row: not even the right one is compared before the pause is over.
    const paused = expectError(await scenario.verify(org(), user, code), 429, 'locked_out');
    expect(paused.headers.get('retry-after')).to.equal('30');
    clock.advance(31 * SECOND);
    await fail(2);
    expectError(await scenario.verify(org(), user, code), 429, 'locked_out');

    if (!HEAVY) failures = await failUpTo(user, 93);
    // From here on one wrong code each three hours: within the daily limit of sends, whatever the time of day is now.
    while (failures < 100) {
      clock.advance(3 * HOUR);
      code = await scenario.sendLoginCode(org(), user);
      sent += 1;
      expect(await failuresOf(user)).to.equal(failures);
      await fail(1);
    }
    clock.advance(3 * HOUR);
    code = await scenario.sendLoginCode(org(), user);
    expectError(await scenario.verify(org(), user, code), 429, 'locked_out');
    expect(await failuresOf(user)).to.equal(100);
    // Nor by the other contact: it is the same user.
    const byPhone = await scenario.sendLoginCode(org(), user, 'phone_number');
    expectError(await scenario.verify(org(), user, byPhone, 'phone_number'), 429, 'locked_out');
    expect(await probe().sessionsOf(org().org.orgId, user.userId)).to.deep.equal([]);
    console.log(`      O-03: ${failures} failures kept over ${sent} codes; the right code refused`);
  });

  it('O-04: a right password leaves the failures, a right code ends them', async () => {
    const { scenario } = app();
    const user = await scenario.register(org());
    const first = await scenario.sendLoginCode(org(), user);
    for (const distance of [1, 2, 3]) await scenario.verify(org(), user, wrongCode(first, distance));
    const second = await scenario.sendLoginCode(org(), user);
    expect(await failuresOf(user)).to.equal(3);
    expectStatus(await scenario.verify(org(), user, second), 200);
    expect(await probe().challengesOf(user.userId)).to.deep.equal([]);
  });
});

describeApp('O-05: lifetime of codes and sessions', (app) => {
  const { org, probe } = orgWithProbe(app, 'Short', { codeLifetimeSeconds: 300 });
  holdEach(() => app().clock);

  const tryCode = (user: TestUser, purpose: string, code: string): Promise<ApiResponse> => {
    const { api } = app();
    // What a client says of the time is nothing to us.
    const headers = { date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'x-date': '0' };
    const reset = { email: user.email, code, new_password: 'a new one' };
    if (purpose === 'reset')
      return api.request('/partner/auth/forgot-password/reset', { org: org(), body: reset, headers });
    return api.request('/partner/auth/verify-otp', { org: org(), body: { email: user.email, code }, headers });
  };

  for (const purpose of ['login', 'reset'] as const) {
    /** @see CVE-2024-7318 a code was valid past its expiry */
    it(`a ${purpose} code works a second before its end and not a second after, document or not`, async () => {
      const { scenario, clock } = app();
      for (const [seconds, status] of [
        [299, 200],
        [301, 400],
      ] as const) {
        const user = await scenario.register(org());
        const code = await (purpose === 'login'
          ? scenario.sendLoginCode(org(), user)
          : scenario.sendResetCode(org(), user));
        clock.advance(seconds * SECOND);
        expect(await probe().challengesOf(user.userId), 'the document is still there').to.have.length(1);
        expectStatus(await tryCode(user, purpose, code), status);
        if (status === 400) expect((await probe().challengesOf(user.userId))[0]?.failures ?? 0).to.equal(0);
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
    const { inForce } = (await probe().read(path)) ?? {};
    const settings = { ...inForce.settings, codeLifetimeSeconds: 86_400 };
    await probe().write(path, { inForce: { ...inForce, settings } });
    const user = await scenario.register(long);
    const code = await scenario.sendLoginCode(long, user);
    clock.advance(601 * SECOND);
    expectError(await scenario.verify(long, user, code), 400, 'invalid_code');
  });

  it('a session ends with its hour, to the second', async () => {
    const { scenario, clock } = app();
    const user = await scenario.register(org());
    const session = await scenario.logIn(org(), user);
    const [stored] = await probe().sessionsOf(org().org.orgId, user.userId);
    const end: number = stored?.expiresAt.toMillis();
    clock.advance(end - clock.now() - 2 * SECOND);
    // The emulator's token began at its own time, minutes of test time ago: the document alone is asked.
    const { sid } = decodeJwt(session) as { sid: never };
    const document = await app().ports.sessions.find(sid);
    expect(document?.expiresAt.getTime()).to.equal(end);
    clock.advance(3 * SECOND);
    expect(await scenario.isLive(org(), session)).to.equal(false);
  });
});
