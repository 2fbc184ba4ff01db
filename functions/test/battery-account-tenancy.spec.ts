import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { Route } from '../src/http/route.js';
import { type UserId, userId } from '../src/users/user-id.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { authEmulator, unsignedToken } from './support/auth-emulator.js';
import { describeApp } from './support/describe-app.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { IDS, PRIVILEGED, SID } from './support/hostile-fields.js';
import { callRoute, mainAppRoutes, needsSession, title, workingRequest } from './support/route-samples.js';

/** What of a user no request of theirs may change. What proves that an email is theirs may say so. */
async function mainPrivilegesOf(probe: FirestoreProbe, route: Route, uid: string) {
  const profile = await probe.read(`users/${uid}`);
  expect(Object.keys(profile ?? {})).to.have.members(['first_name', 'last_name', 'createdAt']);
  const { emailVerified, disabled, customAttributes, tenantId } = await authEmulator.lookup(null, uid);
  const verified = PROVING.includes(route.operationId) ? null : emailVerified;
  return { profile, verified, disabled, customAttributes, tenantId };
}
const PROVING = ['accountVerifyEmail', 'accountResetPassword'];

describeApp('Battery: nobody of the main app chooses a tenant, a role or a path', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  before(async () => {
    probe = new FirestoreProbe();
    org = await app().provision();
  });
  afterEach(() => {
    app().backends.fault = undefined;
  });
  after(() => probe.close());

  for (const route of mainAppRoutes) {
    it(`T-07: ${Object.keys(PRIVILEGED).length} privileged fields change nothing on ${title(route)}`, async () => {
      const { user, body, request } = await workingRequest(app(), org, route);
      const earlier = await mainPrivilegesOf(probe, route, user.userId);
      const { data } = expectStatus(
        await callRoute(app(), route, { ...request, body: { ...PRIVILEGED, ...body } }),
        200,
      ).body;
      expect(await mainPrivilegesOf(probe, route, user.userId)).to.deep.equal(earlier);
      const made = data?.uid ?? user.userId;
      expect(userId.is(made)).to.equal(true);
      expect(made).not.to.equal(PRIVILEGED['userId']);
      const { disabled, ...rest } = await mainPrivilegesOf(probe, route, made);
      expect(disabled ?? false).to.equal(false);
      expect([rest.customAttributes, rest.tenantId]).to.deep.equal([undefined, undefined]);
      if (data?.token === undefined) return;
      const claims = decodeJwt(data.token);
      expect(claims).to.include({ role: 'user', sub: made });
      expect(claims['org_id'] ?? null).to.equal(null);
      expect(claims).not.to.have.property('admin');
    });

    it(`T-02: a tenant or an org named anywhere is ignored on ${title(route)}`, async () => {
      const { user, request, body } = await workingRequest(app(), org, route);
      const { orgId, tenantId } = org.org;
      const injected = { tenantId, tenant_id: tenantId, orgId, org_id: orgId };
      const query = new URLSearchParams(injected).toString();
      const headers = { ...request.headers, 'x-tenant-id': tenantId, 'x-goog-firebase-tenant': tenantId };
      const path = `${route.path}?${query}`;
      const asked = { ...request, org, path, headers, body: { ...injected, ...body } };
      const { text, body: answer } = expectStatus(await callRoute(app(), route, asked), 200);
      expect(text).not.to.include(orgId);
      const made = (answer.data?.uid ?? user.userId) as UserId;
      expect(await app().ports.users.find({ id: orgId, tenantId }, made)).to.equal(null);
      expect((await authEmulator.lookup(null, made)).localId).to.equal(made);
    });
  }

  it('T-04: hostile ids in tokens of the main app are refused without a call to a backend', async () => {
    const good = { sub: userId.generate(), sid: SID };
    // Identity Platform may have given an id of any letters.
    const forged = IDS.flatMap((id) => [
      { ...good, sid: id },
      { ...good, sub: [id] },
    ]);
    const paths = IDS.filter((id) => id !== 'ses_').map((id) => ({ ...good, sub: id }));
    const calls: string[] = [];
    app().backends.fault = (call, proceed) => {
      calls.push(`${call.backend}.${call.operation}`);
      return proceed();
    };
    for (const claims of [...forged, ...paths]) {
      const session = unsignedToken(null, app().clock.now(), claims);
      for (const route of mainAppRoutes.filter(needsSession))
        expectError(await callRoute(app(), route, { session, body: {} }), 401, 'invalid_session');
    }
    expect(calls).to.deep.equal([]);
    expect(await app().account.isLive(unsignedToken(null, app().clock.now(), good))).to.equal(false);
    expect([...calls].sort()).to.deep.equal(['firestore.sessions.find', 'identity-platform.accounts:lookup']);
  });
});
