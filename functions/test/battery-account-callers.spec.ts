import { expect } from 'chai';
import { createLocalJWKSet, exportJWK, SignJWT } from 'jose';
import { AppCheckVerifier } from '../src/adapters/app-check/app-check-verifier.js';
import { openApiDocument } from '../src/http/openapi.js';
import { routes } from '../src/http/routes/index.js';
import type { Clock } from '../src/lib/clock.js';
import { LIMITS } from '../src/limits/limit-policy.js';
import { newAddress, newSignup } from './support/account-scenario.js';
import { type ApiRequest, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { masked } from './support/declared.js';
import { describeMemoryApp } from './support/describe-app.js';
import { standingsOf } from './support/rate-limits.js';
import { BY } from './support/records.js';
import { callRoute, mainAppRoutes, needsSession, sampleOf, title, workingRequest } from './support/route-samples.js';
import { forge, newRsaKey, unsigned } from './support/token-forge.js';

const PROJECT = 'demo-gatehouse';
const ISSUER = 'https://firebaseappcheck.googleapis.com/1234567890';
const [google, attacker] = [newRsaKey(), newRsaKey()];
const publicJwk = { ...(await exportJWK(google.publicKey)), kid: 'key-1', alg: 'RS256' };

const [window] = LIMITS.public_requests.windows;
/** What is left to an address after its first request. */
const fresh = window.limit - 1;
const publicRoutes = mainAppRoutes.filter((route) => !needsSession(route));

/** Who may call the Account API, beside what its tokens are worth. */
describeMemoryApp('Battery: callers of the Account API', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision('Suspended');
    await app().services.orgs.suspend(org.org.orgId, BY);
    app().clock.advance(61_000);
  });

  for (const route of mainAppRoutes) {
    describe(title(route), () => {
      it('is nothing to orgs: the credentials of a suspended one change nothing', async () => {
        const { request } = await workingRequest(app(), org, route);
        expectStatus(await callRoute(app(), route, { ...request, org }), 200);
      });

      it('A-03: is counted by the address that the front end saw, whatever the caller writes', async () => {
        const ask = async (headers: Readonly<Record<string, string>>) => {
          const response = await callRoute(app(), route, { body: sampleOf(route).shape(), headers });
          return standingsOf(response).get(window.name)?.remaining;
        };
        const [address, network] = [newAddress(), `2001:db8:7:${mainAppRoutes.indexOf(route)}`];
        const spoofed = [
          address,
          `203.0.113.1, ${address}`,
          `203.0.113.2,10.0.0.1,${address}`,
          `::ffff:${address}`,
          `unknown, ${address}`,
        ].map((value) => ({ 'x-forwarded-for': value }));
        const beside = ['x-end-user-ip', 'x-real-ip', 'forwarded', 'true-client-ip', 'cf-connecting-ip'].map(
          (name) => ({
            'x-forwarded-for': address,
            [name]: newAddress(),
          }),
        );
        const left = [];
        for (const headers of [...spoofed, ...beside]) left.push(await ask(headers));
        expect(left).to.deep.equal(left.map((_, index) => fresh - index));
        expect(await ask({ 'x-forwarded-for': `${address}, ${newAddress()}` })).to.equal(fresh);
        expect(await ask({ 'x-forwarded-for': `${network}::1` })).to.equal(fresh);
        expect(await ask({ 'x-forwarded-for': `${network}:ffff:1:2:3` }), 'the same network').to.equal(fresh - 1);
      });

      it('H-08: documents what it asks for', () => {
        const { paths } = openApiDocument(routes) as { paths: Record<string, { post: { security: object[] } }> };
        // App Check is the deployment's to ask for.
        const expected = needsSession(route) ? [{ account: [] }] : [{ appCheck: [] }, {}];
        expect(paths[route.path]?.post.security).to.deep.equal(expected);
      });
    });
  }

  for (const route of publicRoutes)
    it(`${title(route)} does not look at a token that it has no use for`, async () => {
      const { request } = await workingRequest(app(), org, route);
      expectStatus(await callRoute(app(), route, { ...request, session: 'garbage' }), 200);
    });
});

/** @see https://firebase.google.com/docs/app-check/custom-resource-backend */
describeMemoryApp(
  'Battery: App Check, where the deployment asks for it',
  (app) => {
    const claims = (change: object = {}) => {
      const now = Math.floor(app().clock.now() / 1_000);
      const audience = ['projects/1234567890', `projects/${PROJECT}`];
      return { iss: ISSUER, sub: '1:1234567890:web:321', aud: audience, iat: now, exp: now + 3_600, ...change };
    };
    const sign = (payload: object, header: object = {}, key = google) =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'key-1', ...header })
        .sign(key.privateKey);
    const shown = (token: string): ApiRequest => ({ headers: { 'x-firebase-appcheck': token } });

    const sessionToken = async (): Promise<string> => {
      const response = await app().account.call('signup', newSignup(), undefined, shown(await sign(claims())));
      return expectStatus(response, 200).body.data.token;
    };

    const badTokens = async (): Promise<Record<string, string>> => ({
      empty: '',
      garbage: 'a.b.c',
      'of another project': await sign(claims({ aud: ['projects/1', 'projects/other'] })),
      'of nothing': await sign(claims({ aud: undefined })),
      expired: await sign(claims({ iat: 1, exp: 2 })),
      'without an end': await sign(claims({ exp: undefined })),
      'of another issuer': await sign(claims({ iss: `https://securetoken.google.com/${PROJECT}` })),
      'of an issuer that begins like it': await sign(claims({ iss: 'https://firebaseappcheck.googleapis.com.evil/1' })),
      'of no app': await sign(claims({ sub: '' })),
      'of another type': await sign(claims(), { typ: 'at+jwt' }),
      'by another key': await sign(claims(), {}, attacker),
      'by an unknown key': await sign(claims(), { kid: 'key-2' }, attacker),
      unsigned: forge({ alg: 'none', typ: 'JWT' }, claims(), unsigned),
      'a session': await sessionToken(),
      long: 'x'.repeat(8_200),
    });

    for (const route of publicRoutes) {
      it(`${title(route)}: 401 without a token or with a bad one, whatever the body`, async () => {
        const call = (request: ApiRequest) => callRoute(app(), route, { body: sampleOf(route).shape(), ...request });
        expectError(await call({}), 401, 'invalid_client');
        const expected = masked(expectError(await call(shown('garbage')), 401, 'invalid_client'));
        for (const [what, token] of Object.entries(await badTokens()))
          for (const body of [{}, { raw: '{' }]) {
            const answer = masked(await call({ ...shown(token), ...body }));
            expect(answer, what).to.deep.equal(expected);
          }
      });

      it(`${title(route)}: takes a good one`, async () => {
        const { text } = await callRoute(app(), route, {
          body: sampleOf(route).shape(),
          ...shown(await sign(claims())),
        });
        expect(text).not.to.include('invalid_client');
      });
    }
  },
  {
    mainApp: { requiresAppCheck: true },
    ports: (clock: Clock) => ({
      appCheck: new AppCheckVerifier({ projectId: PROJECT, clock, keys: createLocalJWKSet({ keys: [publicJwk] }) }),
    }),
  },
);
