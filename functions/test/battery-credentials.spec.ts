import { expect } from 'chai';
import { CREDENTIAL_SCOPES } from '../src/credentials/credential-record.js';
import { type ApiRequest, expectError, type TestOrg } from './support/api-client.js';
import { describeMemoryApp } from './support/describe-app.js';
import { BY } from './support/records.js';
import { callRoute, partnerRoutes, sampleOf, title } from './support/route-samples.js';

const ELSEWHERE = ['203.0.113.7', '2001:db8::/32'];
const MINUTE = 60_000;

/** What a right credential may still not do: another scope's work, and calls from elsewhere. */
describeMemoryApp('Battery: terms of credentials', (app) => {
  let org: TestOrg;
  let test: TestOrg;
  before(async () => {
    org = await app().provision('Live');
    test = await app().provision('Test', {}, 'test');
  });

  const issue = async (terms: object): Promise<TestOrg> => ({
    ...org,
    credential: await app().services.credentialAdmin.issue(org.org.orgId, BY, terms),
  });

  for (const route of partnerRoutes) {
    describe(title(route), () => {
      const call = (request: ApiRequest) => callRoute(app(), route, { body: sampleOf(route).shape(), ...request });

      it('declares the scope that it needs, and refuses credentials without it', async () => {
        const { scope } = route;
        if (scope === null) throw new Error('every route of a partner has a scope');
        const others = await issue({ scopes: CREDENTIAL_SCOPES.filter((one) => one !== scope) });
        expectError(await call({ org: others }), 403, 'insufficient_scope');
        expectError(await call({ org: await issue({ scopes: [] }) }), 403, 'insufficient_scope');
        expect((await call({ org: await issue({ scopes: [scope] }) })).status).not.to.equal(403);
      });

      it('refuses calls from addresses that are not on the list, and nobody can write another', async () => {
        const bound = await issue({ allowedAddresses: ELSEWHERE });
        expectError(await call({ org: bound }), 403, 'origin_not_allowed');
        for (const headers of [
          { 'x-forwarded-for': '203.0.113.7, 198.51.100.1' },
          { 'x-end-user-ip': '203.0.113.7' },
          { 'x-real-ip': '203.0.113.7' },
        ])
          expectError(await call({ org: bound, headers }), 403, 'origin_not_allowed');
        for (const address of ['203.0.113.7', '10.0.0.1, 203.0.113.7', '2001:DB8:0:1::5', '::ffff:203.0.113.7'])
          expect((await call({ org: bound, headers: { 'x-forwarded-for': address } })).status, address).not.to.equal(
            403,
          );
      });

      it('refuses the keys and secrets of the other environment', async () => {
        const { key, secret } = test.credential;
        const mixed = { ...org, credential: { key, secret: org.credential.secret } };
        expectError(await call({ org: mixed }), 401, 'invalid_client');
        expectError(await call({ org: { ...org, credential: { ...org.credential, secret } } }), 401, 'invalid_client');
      });

      it('a credential that has ended is none', async () => {
        const ending = await issue({ expiresAt: new Date(app().clock.now() + MINUTE) });
        expect((await call({ org: ending })).body.error?.code).not.to.equal('invalid_client');
        app().clock.advance(MINUTE);
        expectError(await call({ org: ending }), 401, 'invalid_client');
      });
    });
  }
});
