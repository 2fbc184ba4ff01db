import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { IDEMPOTENCY_LEASE_MS } from '../src/idempotency/idempotency-policy.js';
import { freshAttempt } from '../src/idempotency/idempotency-service.js';
import { type ApiResponse, expectError, expectStatus } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { failing, outageOf, withKey } from './support/idempotent.js';
import { orgWithProbe } from './support/org-with-probe.js';

const sidOf = ({ body }: ApiResponse) => decodeJwt(body.sessionToken)['sid'];

describeApp('O-13: a login that is tried again with its Idempotency-Key', (app) => {
  const { org, probe } = orgWithProbe(app);
  afterEach(() => {
    app().backends.fault = undefined;
  });

  const post = (path: string, body: unknown, key?: string) => {
    const request = { org: org(), body };
    return app().api.request(`/partner/auth/${path}`, key === undefined ? request : withKey(request, key));
  };

  /** Fault matrix, row 19. */
  it('an exchange that fails after the commit is made up for by the same key, and by no other', async () => {
    const user = await app().scenario.register(org());
    const body = { email: user.email, code: await app().scenario.sendLoginCode(org(), user) };
    let commit: Promise<unknown> | undefined;
    app().backends.fault = async (one, proceed) => {
      if (one.operation === 'sessions.open') {
        commit = proceed();
        return commit;
      }
      if (one.backend !== 'identity-platform') return proceed();
      while (commit === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      await commit;
      throw outageOf(one);
    };
    expectError(await post('verify-otp', body, 'row 19'), 503, 'unavailable');
    app().backends.fault = undefined;
    const [opened, ...others] = await probe().sessionIdsOf(org().org.orgId, user.userId);
    expect(others).to.deep.equal([]);
    expectError(await post('verify-otp', body), 400, 'invalid_code');
    expectError(await post('verify-otp', body, 'another'), 400, 'invalid_code');
    const finished = expectStatus(await post('verify-otp', body, 'row 19'), 200);
    expect(sidOf(finished)).to.equal(opened);
    expect(await probe().sessionIdsOf(org().org.orgId, user.userId)).to.deep.equal([opened]);
    expect(await app().scenario.isLive(org(), finished.body.sessionToken)).to.equal(true);
  });

  it('a session that was ended since is not opened again by the key that opened it', async () => {
    const user = await app().scenario.register(org());
    const body = { email: user.email, code: await app().scenario.sendLoginCode(org(), user) };
    const first = await failing(
      app(),
      ({ operation }) => operation === 'idempotency.settle',
      () => post('verify-otp', body, 'ended'),
    );
    expectStatus(await app().api.post(org(), '/partner/auth/logout', {}, first.body.sessionToken), 200);
    app().clock.advance(IDEMPOTENCY_LEASE_MS + 1);
    expectError(await post('verify-otp', body, 'ended'), 400, 'invalid_code');
  });

  it('an earlier try whose commit lands while it is tried again still gives its session', async () => {
    const user = await app().scenario.register(org());
    const { login } = app().services;
    const contact = { kind: 'email', value: user.email } as const;
    const code = await app().scenario.sendLoginCode(org(), user);
    const attempt = freshAttempt();
    const client = { address: null, agent: null };
    app().backends.fault = async (one, proceed) => {
      if (one.operation !== 'challenges.countTry') return proceed();
      app().backends.fault = undefined;
      await login.finish(org().org, contact, code, { client, attempt });
      return proceed();
    };
    const { token } = await login.finish(org().org, contact, code, { client, attempt: { ...attempt, resumed: true } });
    expect(await probe().sessionIdsOf(org().org.orgId, user.userId)).to.deep.equal([decodeJwt(token.token)['sid']]);
    expect(await app().scenario.isLive(org(), token.token)).to.equal(true);
  });
});
