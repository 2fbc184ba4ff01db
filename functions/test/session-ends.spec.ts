import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { UserId } from '../src/users/user-id.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp, describeMemoryApp, type TestApp } from './support/describe-app.js';
import { atOnce, dose } from './support/dose.js';
import { BY } from './support/records.js';
import { callRoute, sessionRoutes } from './support/route-samples.js';
import type { TestUser } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';

const MINUTE = 60_000;
const INVALID_SESSION = [401, 'invalid_session'] as const;
const ROUNDS = dose(20, 500);
const AT_ONCE = 5;

const poolOf = ({ org }: TestOrg) => ({ id: org.orgId, tenantId: org.tenantId });

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

/** Tokens tell of whole seconds alone. On the emulators, whose clock is theirs, a second may end in between. */
describeApp('S-06: revocation within the same second', (app) => {
  it(`${ROUNDS} times login, revoke, login: the old session never, the new one always`, async () => {
    const counts = await revokeBetweenLogins(app());
    expect(counts).to.include({ 'revoked accepted': 0, 'new refused': 0 });
  });
});

describeMemoryApp('S-06: the same in memory, all in one second', (app) => {
  holdEach(() => app().clock);

  it(`${ROUNDS} times login, revoke, login: the old session never, the new one always`, async () => {
    const counts = await revokeBetweenLogins(app());
    expect(counts).to.deep.equal({ 'same second': ROUNDS, 'revoked accepted': 0, 'new refused': 0 });
  });
});

async function revokeBetweenLogins({ scenario, api, services, provision }: TestApp) {
  const org = await provision();
  const counts = { 'same second': 0, 'revoked accepted': 0, 'new refused': 0 };
  await atOnce(AT_ONCE, Array.from({ length: ROUNDS }), async (_, index) => {
    const user = await scenario.register(org);
    const old = await scenario.logIn(org, user);
    if (index % 2 === 0) expectStatus(await api.post(org, '/partner/auth/logout', {}, old), 200);
    else await services.sessions.endAll(poolOf(org), user.userId as UserId);
    const fresh = await scenario.logIn(org, user);
    if (decodeJwt(old).iat === decodeJwt(fresh).iat) counts['same second'] += 1;
    if (await scenario.isLive(org, old)) counts['revoked accepted'] += 1;
    if (!(await scenario.isLive(org, fresh))) counts['new refused'] += 1;
  });
  console.table([counts]);
  return counts;
}
