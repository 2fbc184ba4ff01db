import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { type UserId, userId } from '../src/users/user-id.js';
import type { UserRecord } from '../src/users/user-record.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { authEmulator, unsignedToken } from './support/auth-emulator.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { IDS, PRIVILEGED, SID } from './support/hostile-fields.js';
import { callRoute, partnerRoutes, sessionRoutes, title, workingRequest } from './support/route-samples.js';

/** What of a user no request of theirs may change. */
async function privilegesOf({ ports }: TestApp, { org }: TestOrg, uid: string) {
  const profile = await ports.users.find({ id: org.orgId, tenantId: org.tenantId }, uid as UserId);
  expect(profile, 'the profile is there').not.to.equal(null);
  const { role, status, kyc_status, createdAt } = profile as UserRecord;
  const { emailVerified, disabled, customAttributes, tenantId } = await authEmulator.lookup(org.tenantId, uid);
  return { role, status, kyc_status, createdAt, emailVerified, disabled, customAttributes, tenantId };
}

describeApp('Battery: nobody chooses a tenant, a role or a path', (app) => {
  let a: TestOrg;
  let b: TestOrg;
  before(async () => {
    [a, b] = [await app().provision('A'), await app().provision('B')];
  });

  for (const route of partnerRoutes) {
    /** @see CVE-2026-54693 a user marks their own email or phone as verified */
    it(`T-07: ${Object.keys(PRIVILEGED).length} privileged fields change nothing on ${title(route)}`, async () => {
      const { user, body, request } = await workingRequest(app(), a, route);
      const earlier = await privilegesOf(app(), a, user.userId);
      // What the route itself reads stays as it is.
      const response = await callRoute(app(), route, { ...request, body: { ...PRIVILEGED, ...body } });
      expect(Object.keys(route.responses), response.text).to.include(String(response.status));
      expect(await privilegesOf(app(), a, user.userId)).to.deep.equal(earlier);
      const made = response.body.userId ?? response.body.user?.id ?? response.body.id ?? user.userId;
      expect(userId.is(made)).to.equal(true);
      expect(made).not.to.equal(PRIVILEGED['userId']);
      expect(await privilegesOf(app(), a, made)).to.include({
        role: 'user',
        status: 'active',
        kyc_status: 'pending',
        tenantId: a.org.tenantId,
      });
      expect((await privilegesOf(app(), a, made)).customAttributes).to.equal(undefined);
      if (response.body.sessionToken !== undefined) {
        const claims = decodeJwt(response.body.sessionToken);
        expect(claims).to.include({ role: 'user', org_id: a.org.orgId, sub: user.userId });
        expect(claims).not.to.have.property('admin');
      }
    });

    /** @see CVE-2025-61928 an identity taken from the body */
    it(`T-02: a tenant named in body, query, headers or cookie is ignored on ${title(route)}`, async () => {
      const { user, request, body } = await workingRequest(app(), a, route);
      const { orgId, tenantId } = b.org;
      const injected = { tenantId, tenant_id: tenantId, orgId, org_id: orgId, org: orgId, partner_id: orgId };
      const query = new URLSearchParams(injected).toString();
      const headers = {
        'x-tenant-id': tenantId,
        'x-org-id': orgId,
        'x-goog-firebase-tenant': tenantId,
        'x-forwarded-host': `${tenantId}.example.com`,
        cookie: `tenantId=${tenantId}; org=${orgId}; session=x`,
      };
      const path = `${route.path}?${query}&tenantId=twice`;
      const response = await callRoute(app(), route, { ...request, path, headers, body: { ...injected, ...body } });
      expect(Object.keys(route.responses), response.text).to.include(String(response.status));
      expect(response.text).not.to.include(orgId);
      const made = (response.body.userId ?? user.userId) as UserId;
      const poolOf = ({ org }: TestOrg) => ({ id: org.orgId, tenantId: org.tenantId });
      expect(await app().ports.users.find(poolOf(b), made)).to.equal(null);
      expect((await app().ports.users.find(poolOf(a), made))?.uid).to.equal(made);
    });
  }

  it('T-02: another org’s user is unknown, whatever tenant the body names', async () => {
    const { scenario, api } = app();
    const user = await scenario.register(b);
    const { orgId, tenantId } = b.org;
    const body = { email: user.email, password: user.password, tenantId, org_id: orgId };
    expectError(await api.post(a, '/partner/auth/login', body), 401, 'invalid_credentials');
  });

  describe('T-04', () => {
    const calls: string[] = [];
    let uid = '';
    before(async () => {
      uid = (await app().scenario.register(a)).userId;
      expectStatus(await app().api.post(a, '/partner/auth/introspect', { token: '' }), 200);
    });
    beforeEach(() => {
      calls.length = 0;
      app().backends.fault = (call, proceed) => {
        calls.push(`${call.backend}.${call.operation}`);
        return proceed();
      };
    });
    afterEach(() => {
      app().backends.fault = undefined;
    });

    /** @see CVE-2025-48370 path traversal through a user id */
    it('T-04: hostile ids in session tokens are refused without a call to a backend', async () => {
      const good = { sid: SID, sub: uid };
      const forged = IDS.flatMap((id) => [
        { ...good, sid: id },
        { ...good, sub: id },
        { ...good, sid: [id] },
      ]);
      for (const claims of [...forged, ...IDS.map((org_id) => ({ ...good, org_id }))]) {
        const session = unsignedToken(a, app().clock.now(), claims);
        for (const route of sessionRoutes)
          expectError(await callRoute(app(), route, { org: a, session, body: {} }), 401, 'invalid_session');
      }
      expect(calls).to.deep.equal([]);
      // The same token with nothing hostile in it does get there.
      const session = unsignedToken(a, app().clock.now(), good);
      expect(await app().scenario.isLive(a, session)).to.equal(false);
      expect(calls).to.deep.equal(['firestore.sessions.find']);
    });

    it('T-04: hostile ids in org keys are refused without a call to a backend', async () => {
      // A NUL cannot be sent in a header.
      const keys = IDS.filter((id) => !id.includes('\u0000'));
      const headers = keys.map((key) => ({ 'x-partner-key': key, 'x-partner-secret': a.credential.secret }));
      for (const route of partnerRoutes)
        for (const one of headers)
          expectError(await callRoute(app(), route, { headers: one, body: {} }), 401, 'invalid_client');
      expect(calls).to.deep.equal([]);
    });
  });
});
