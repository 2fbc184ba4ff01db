import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt, UnsecuredJWT } from 'jose';
import { sessionId } from '../src/sessions/session-id.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { authEmulator, unsignedToken } from './support/auth-emulator.js';
import { masked } from './support/declared.js';
import { describeApp } from './support/describe-app.js';
import { callRoute, sessionRoutes } from './support/route-samples.js';

const FORGED = 100;
const CUSTOM_TOKEN_AUDIENCE =
  'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';

/** Tokens that are real, and not sessions of ours. */
describeApp('Side doors around the session', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });

  /** A custom token as our signer makes it, with claims of the caller's choice; the emulator takes it unsigned. */
  const customToken = (tenantId: string | null, uid: string, claims: Record<string, unknown>) => {
    const tenant = tenantId === null ? {} : { tenant_id: tenantId };
    return new UnsecuredJWT({ uid, claims, ...tenant })
      .setIssuer('firebase-auth-emulator@example.com')
      .setSubject('firebase-auth-emulator@example.com')
      .setAudience(CUSTOM_TOKEN_AUDIENCE)
      .setIssuedAt(new Date(app().clock.now()))
      .setExpirationTime(new Date(app().clock.now() + 300_000))
      .encode();
  };

  async function expectRefused(idToken: unknown): Promise<void> {
    const session = String(idToken);
    expect(decodeJwt(session).sub, 'an ID token of the emulator').to.be.a('string');
    for (const route of sessionRoutes) {
      const call = (token: string) => callRoute(app(), route, { org, session: token, body: {} });
      const response = expectError(await call(session), 401, 'invalid_session');
      expect(masked(response)).to.deep.equal(masked(await call('garbage')));
    }
    const { body } = expectStatus(await app().api.post(org, '/partner/auth/introspect', { token: session }), 200);
    expect(body).to.deep.equal({ active: false });
  }

  it('T-05: the token of a direct sign-in with the password opens nothing', async () => {
    const { email, password } = await app().scenario.register(org);
    const { tenantId } = org.org;
    const { body } = await authEmulator.asClient('accounts:signInWithPassword', {
      email,
      password,
      tenantId,
      returnSecureToken: true,
    });
    await expectRefused(body['idToken']);
  });

  it('T-05: the token of a direct sign-up, where a tenant allows one, opens nothing', async () => {
    for (const tenantId of [org.org.tenantId, undefined]) {
      const email = `direct.${randomUUID()}@example.com`;
      const request = { email, password: 'direct password', returnSecureToken: true };
      const { status, body } = await authEmulator.asClient('accounts:signUp', {
        ...request,
        ...(tenantId === undefined ? {} : { tenantId }),
      });
      // Production refuses it in tenants: ADMIN_ONLY_OPERATION. The emulator does not know that setting.
      if (status === 200) await expectRefused(body['idToken']);
      else expect(tenantId).to.equal(org.org.tenantId);
    }
  });

  it('T-05: the token of a custom token without our claims, or without a session behind them, opens nothing', async () => {
    const { userId: uid } = await app().scenario.register(org);
    const { orgId, tenantId } = org.org;
    const forged = [
      {},
      { org_id: orgId },
      { org_id: orgId, sid: '' },
      { org_id: orgId, sid: 'ses_x' },
      { org_id: orgId, sid: sessionId.generate() },
      { org_id: [orgId], sid: sessionId.generate() },
    ];
    for (const claims of forged) {
      const token = customToken(tenantId, uid, claims);
      const request = { token, tenantId, returnSecureToken: true };
      const { status, body } = await authEmulator.asClient('accounts:signInWithCustomToken', request);
      expect(status, JSON.stringify(body)).to.equal(200);
      await expectRefused(body['idToken']);
    }
  });

  it('T-05: a token of the project’s own pool opens no session of a tenant', async () => {
    const { scenario } = app();
    const user = await scenario.register(org);
    const { sid } = decodeJwt(await scenario.logIn(org, user)) as { sid: string };
    const token = customToken(null, user.userId, { org_id: org.org.orgId, sid });
    const request = { token, returnSecureToken: true };
    const { body } = await authEmulator.asClient('accounts:signInWithCustomToken', request);
    await expectRefused(body['idToken']);
  });

  it('T-03, T-05, S-09: a token that names a live session but comes from elsewhere opens nothing', async () => {
    const { scenario, clock, provision } = app();
    const user = await scenario.register(org);
    const { sid } = decodeJwt(await scenario.logIn(org, user));
    const good = { sub: user.userId, sid };
    const { tenantId: tenant } = org.org;
    const other = await provision();
    const firebases = [
      ...['password', 'phone', 'anonymous', 'google.com', 'CUSTOM', '', null, ['custom']].map((sign_in_provider) => ({
        tenant,
        sign_in_provider,
      })),
      ...[other.org.tenantId, '', null, undefined, [tenant], {}].map((one) => ({
        tenant: one,
        sign_in_provider: 'custom',
      })),
      null,
      'custom',
      [],
    ];
    for (const firebase of firebases) await expectRefused(unsignedToken(org, clock.now(), { ...good, firebase }));
    for (const org_id of [other.org.orgId, null, undefined, [org.org.orgId], ''])
      await expectRefused(unsignedToken(org, clock.now(), { ...good, org_id }));
    // With nothing wrong in it the emulator's lack of signatures would let it in: each part was what was refused.
    expect(await scenario.isLive(org, unsignedToken(org, clock.now(), good))).to.equal(true);
  });

  /** @see CVE-2024-7341 session fixation */
  it('S-07: no client chooses the id of its session, and each login gets a new one', async () => {
    const { scenario, api } = app();
    const user = await scenario.register(org);
    const chosen = sessionId.generate();
    const sids = new Set<unknown>([chosen]);
    for (const by of ['email', 'phone_number'] as const) {
      const earlier = [...sids].at(-1);
      const code = await scenario.sendLoginCode(org, user, by);
      const body = {
        [by]: user[by],
        code,
        sid: chosen,
        session: chosen,
        sessionToken: chosen,
        claims: { sid: chosen },
      };
      const headers = {
        cookie: `sid=${chosen}; __session=${chosen}; session=${String(earlier)}`,
        'x-session-id': chosen,
      };
      const response = await api.request(`/partner/auth/verify-otp?sid=${chosen}`, { org, body, headers });
      const { sid } = decodeJwt(expectStatus(response, 200).body.sessionToken);
      expect(sessionId.is(sid)).to.equal(true);
      sids.add(sid);
    }
    expect(sids.size).to.equal(3);
  });

  /** @see CVE-2025-71402 a forged id revokes others' sessions */
  it(`S-08: ${FORGED} forged session ids end nobody’s session`, async () => {
    const { scenario, clock, api } = app();
    const [victim, attacker] = [await scenario.register(org), await scenario.register(org)];
    const live = await scenario.logIn(org, victim);
    const own = await scenario.logIn(org, attacker);
    const { sid } = decodeJwt(live) as { sid: string };
    const guesses = [
      sid,
      ` ${sid}`,
      sid.toLowerCase(),
      `${sid}\u0000`,
      sid.slice(0, -1),
      [sid],
      { sid },
      null,
      true,
      1,
    ];
    const random = Array.from({ length: FORGED - guesses.length }, () => sessionId.generate());
    for (const forged of [...guesses, ...random]) {
      const session = unsignedToken(org, clock.now(), { sub: attacker.userId, sid: forged });
      expectError(await api.post(org, '/partner/auth/logout', {}, session), 401, 'invalid_session');
    }
    expect(await scenario.isLive(org, live)).to.equal(true);
    expect(await scenario.isLive(org, own)).to.equal(true);
  });

  it('S-08: logout ends this session and no other', async () => {
    const { scenario, api } = app();
    const [one, other] = [await scenario.register(org), await scenario.register(org)];
    const sessions = [await scenario.logIn(org, one), await scenario.logIn(org, one), await scenario.logIn(org, other)];
    const { sid } = decodeJwt(sessions[1] as string);
    // Whose session to end is never taken from the body.
    expectStatus(
      await api.post(org, '/partner/auth/logout', { sid, userId: other.userId, all: true }, sessions[0]),
      200,
    );
    const live = await Promise.all(sessions.map((session) => scenario.isLive(org, session)));
    expect(live).to.deep.equal([false, true, true]);
  });
});
