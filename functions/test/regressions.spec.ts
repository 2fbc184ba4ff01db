import { expect } from 'chai';
import { expectStatus } from './support/api-client.js';
import { eventually } from './support/background-triggers.js';
import { describeApp } from './support/describe-app.js';
import { orgWithProbe } from './support/org-with-probe.js';
import { rawRequest } from './support/raw-http.js';
import { newRegistration, wrongCode } from './support/scenario.js';
import { startServedApp } from './support/served-app.js';

const RESET = '/partner/auth/forgot-password/reset';

/** What was wrong once: each of these failed when it was written. */
describeApp('Regressions', (app) => {
  const { org, probe } = orgWithProbe(app);

  it('E-03: the limit of codes does not tell a wrong password that the user exists', async () => {
    const { api, scenario } = app();
    const user = await scenario.register(org());
    for (let sent = 0; sent < 3; sent++) await scenario.sendLoginCode(org(), user);
    const wrong = async (email: string) =>
      (await api.post(org(), '/partner/auth/login', { email, password: 'wrong one' })).status;
    expect(await wrong(user.email)).to.equal(await wrong(newRegistration().email));
  });

  it('metadata comes back equal, whatever its keys', async () => {
    const { api, scenario } = app();
    const metadata = '{"__proto__":{"a":1},"constructor":{"b":2},"":0,"a.b":[{"__proto__":null}]}';
    const registration = newRegistration();
    const raw = JSON.stringify(registration).replace('{', `{"metadata":${metadata},`);
    const { userId } = expectStatus(await api.request('/partner/auth/register', { org: org(), raw }), 201).body;
    const session = await scenario.logIn(org(), { ...registration, userId });
    const { text } = await api.request('/partner/users/me', { method: 'GET', org: org(), session });
    expect(text).to.include(`"metadata":${metadata}`);
  });

  it('O-02: at most 5 codes are compared with one code, even when it is sent while tries are under way', async () => {
    const { backends, scenario } = app();
    const user = await scenario.register(org());
    const first = await scenario.sendLoginCode(org(), user);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Tries that have been counted and whose read of the code is slow.
    const seen = { held: 0, counted: 0, answered: 0 };
    backends.fault = async (call, proceed) => {
      if (call.operation === 'challenges.find') {
        seen.held += 1;
        await released;
      }
      const answer = await proceed();
      if (call.operation === 'challenges.countTry') seen.counted += 1;
      return answer;
    };
    const tryAll = (code: string, distances: readonly number[]) =>
      distances.map(async (distance) => {
        await scenario.verify(org(), user, wrongCode(code, distance));
        seen.answered += 1;
      });
    const early = tryAll(first, [1, 2, 3, 4, 5]);
    await eventually('they are counted and held', async () => seen.held === 5 && seen.counted === 5);
    const second = await scenario.sendLoginCode(org(), user);
    const late = tryAll(second, [6, 7, 8, 9, 10]);
    await eventually('these too, or refused', async () => seen.counted === 10 && seen.held + seen.answered === 10);
    release();
    await Promise.all([...early, ...late]);
    backends.fault = undefined;
    expect((await probe().challengesOf(user.userId))[0]?.failures).to.be.at.most(5);
  });

  it('a path that cannot be decoded is answered by us, not by the server with a page and a stack', async () => {
    const { api, served } = await startServedApp(1);
    const { text, headers } = await rawRequest(api.baseUrl, { path: '/partner/auth/login%' });
    await served.stop();
    expect(headers['content-type'], text).to.match(/^application\/json/);
    expect(headers['x-request-id']).to.be.a('string');
  });

  it('a password change ends reset codes that are under way', async () => {
    const { api, scenario } = app();
    const user = await scenario.register(org());
    const session = await scenario.logIn(org(), user);
    const code = await scenario.sendResetCode(org(), user);
    const change = { current_password: user.password, new_password: 'a new one' };
    expectStatus(await api.post(org(), '/partner/auth/change-password', change, session), 200);
    expectStatus(await api.post(org(), RESET, { email: user.email, code, new_password: 'stolen!' }), 400);
  });

  it('sessions that TTL deletes meanwhile do not fail a reset', async () => {
    const { api, scenario, backends } = app();
    const user = await scenario.register(org());
    await scenario.logIn(org(), user);
    const code = await scenario.sendResetCode(org(), user);
    // Firestore's TTL works when it likes: here between the query for live sessions and their revocation.
    backends.fault = async (call, proceed) => {
      if (call.operation === 'sessions.revokeAll') await probe().deleteSessionsOf(org().org.orgId, user.userId);
      return proceed();
    };
    const reset = await api.post(org(), RESET, { email: user.email, code, new_password: 'a new one' });
    backends.fault = undefined;
    expectStatus(reset, 200);
  });
});
