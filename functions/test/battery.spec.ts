import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { generateSecret } from '../src/credentials/credential-id.js';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { type ApiRequest, type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { masked } from './support/declared.js';
import { describeApp } from './support/describe-app.js';
import { BY } from './support/records.js';
import {
  callRoute,
  credentialsFor,
  isPartners,
  needsSession,
  newCaller,
  sampleOf,
  title,
  workingRequest,
} from './support/route-samples.js';

/** JSON texts, not values: some of them cannot be made by JSON.stringify. */
const HOSTILE: Readonly<Record<string, string>> = {
  'an object with __proto__': '{"__proto__":{"active":true},"constructor":{"prototype":{"active":true}}}',
  'nested arrays': `${'['.repeat(200)}${']'.repeat(200)}`,
  'a lone surrogate': '"lone \\ud800 surrogate"',
  'a NUL': '"nul \\u0000 nul"',
  'a control sequence': '"\\u001b[2J\\r\\nSet-Cookie: a=b"',
  '10 kB of text': `"${'x'.repeat(10_000)}"`,
  'no text': '""',
  'a number': '12345678901',
  'a huge number': '1e400',
  'a boolean': 'true',
  null: 'null',
  'a path': '"../../orgs/x"',
  'a query operator': '{"$gt":""}',
};

const BODIES: Readonly<Record<string, Pick<ApiRequest, 'raw' | 'headers'>>> = {
  'broken JSON': { raw: '{"email":' },
  'an array': { raw: '[]' },
  'an empty body': { raw: '' },
  '200 kB': { raw: JSON.stringify({ email: 'x'.repeat(200_000) }) },
  'another content type': { raw: 'email=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  gzip: { raw: gzipSync('{"email":"a@example.com"}'), headers: { 'content-encoding': 'gzip' } },
};

/**
 * The same for every route, made from its declaration.
 * @see security.md A-04, H-02; GHSA-x732-6j76-qmhm is in battery-surface.spec.ts
 */
describeApp('Battery: every route, its credentials and its body', (app) => {
  let org: TestOrg;
  let other: TestOrg;
  let suspended: TestOrg;
  let revoked: TestOrg;
  let suspendedSession = '';

  before(async () => {
    const { provision, services, clock, scenario, api } = app();
    [org, other, suspended] = [await provision('Own'), await provision('Other'), await provision('Suspended')];
    revoked = { ...org, credential: await services.credentialAdmin.issue(org.org.orgId, BY) };
    suspendedSession = await scenario.logIn(suspended, await scenario.register(suspended));
    expectStatus(await api.post(revoked, '/partner/auth/introspect', { token: '' }), 200);
    await services.orgs.suspend(suspended.org.orgId, BY);
    await services.credentialAdmin.revoke(revoked.credential.key, BY);
    // Both have been verified just now: they may be remembered for 60 s.
    clock.advance(61_000);
  });

  /** Credentials that prove nothing; each is to be answered as any other. */
  const badCredentials = (): Record<string, ApiRequest> => {
    const { key, secret } = org.credential;
    const pair = (givenKey: string, givenSecret: string) => ({
      headers: { 'x-partner-key': givenKey, 'x-partner-secret': givenSecret },
    });
    return {
      none: {},
      'a key without a secret': { headers: { 'x-partner-key': key } },
      'a malformed key': pair('gh_key_live_../../x', secret),
      'an unknown key': pair(`gh_key_live_${'A'.repeat(22)}`, secret),
      'a secret whose checksum is wrong': pair(key, `${secret.slice(0, -8)}00000000`),
      'a wrong secret whose checksum is right': pair(key, generateSecret('live')),
      'the secret of another org': pair(key, other.credential.secret),
      'the key of another org': pair(other.credential.key, secret),
      'a revoked credential': { org: revoked },
    };
  };

  /** None opens a session of the route's pool: the main app's and an org's are nothing to each other. */
  const badSessions = async (route: Route): Promise<ApiRequest[]> => {
    const { scenario, api, account } = app();
    const ended = await newCaller(app(), org, route);
    const logout = isPartners(route) ? '/partner/auth/logout' : '/auth/logout';
    expectStatus(await api.request(logout, credentialsFor(route, ended)), 200);
    const foreign = await scenario.logIn(other, await scenario.register(other));
    const alien = isPartners(route) ? [foreign, (await account.signUp()).token] : [foreign];
    const tokens = ['', 'garbage', 'a.b.c', 'Bearer', 'x'.repeat(7_000), ended.session, `${ended.session}x`, ...alien];
    const headers = ['Basic YTpi', 'bearer', 'Bearer a b', 'Bearer,', 'Bearer \u00e9'];
    return [
      ...tokens.map((session) => ({ session })),
      ...headers.map((authorization) => ({ headers: { authorization } })),
    ];
  };

  for (const route of routes) {
    describe(title(route), () => {
      const call = (request: ApiRequest): Promise<ApiResponse> => callRoute(app(), route, request);
      const shape = () => sampleOf(route).shape();

      it('answers its declared success, and nothing that it has not declared', async () => {
        const { request } = await workingRequest(app(), org, route);
        const response = await call(request);
        expect(Object.keys(route.responses), response.text).to.include(String(response.status));
      });

      if (isPartners(route)) {
        it('C-01: refuses every bad credential with one and the same 401', async () => {
          const answers = new Map<string, unknown>();
          for (const [name, request] of Object.entries(badCredentials())) {
            const response = expectError(await call({ ...request, body: shape() }), 401, 'invalid_client');
            answers.set(name, masked(response));
          }
          for (const [name, answer] of answers) expect(answer, name).to.deep.equal(answers.get('none'));
        });

        it('C-06: refuses a suspended org', async () => {
          const credentials = credentialsFor(route, { org: suspended, session: suspendedSession });
          expectError(await call({ ...credentials, body: shape() }), 403, 'client_inactive');
        });

        it('tells an unauthenticated caller nothing about bodies', async () => {
          const wrong = badCredentials()['a wrong secret whose checksum is right'] ?? {};
          const expected = masked(expectError(await call({ body: shape() }), 401, 'invalid_client'));
          for (const [name, body] of Object.entries(BODIES)) {
            expect(masked(await call(body)), name).to.deep.equal(expected);
            const headers = { ...wrong.headers, ...body.headers };
            expect(masked(await call({ ...body, headers })), name).to.deep.equal(expected);
          }
        });
      }

      if (needsSession(route)) {
        it('S-09: refuses every bad session with one and the same 401, whatever the body', async () => {
          const requests = (await badSessions(route)).flatMap((bad) => [
            { ...bad, body: shape() },
            ...Object.values(BODIES).map((body) => ({ ...bad, ...body, headers: { ...bad.headers, ...body.headers } })),
          ]);
          const { session: _, ...own } = credentialsFor(route, { org, session: '' });
          const expected = masked(expectError(await call({ ...own, body: shape() }), 401, 'invalid_session'));
          for (const request of requests) expect(masked(await call({ ...own, ...request }))).to.deep.equal(expected);
        });
      }

      const { body: schema } = route;
      if (schema === null) return;

      /** The session is asked for after the credentials and before the body, so the body's tests need a live one. */
      const callAsUser = async (request: ApiRequest): Promise<ApiResponse> => {
        credentials ??= credentialsFor(route, await newCaller(app(), org, route));
        return call({ ...credentials, ...request });
      };
      let credentials: ApiRequest | undefined;

      for (const field of Object.keys(shape())) {
        it(`H-02: refuses a missing, mistyped or hostile ${field} with 400 and details`, async () => {
          for (const [name, raw] of Object.entries(bodiesWith(shape(), field))) {
            const response = await callAsUser({ raw });
            expect(response.status, `${field} is ${name}: ${response.text}`).to.be.below(500);
            if (!schema.safeParse(JSON.parse(raw)).success) expectDetails(response, field);
          }
        });
      }

      it('refuses bodies that are no JSON object', async () => {
        for (const raw of ['[]', 'null', '"text"', '1', '[{}]', 'true'])
          expectError(await callAsUser({ raw }), 400, 'invalid_request');
        for (const raw of ['{"a":', '{a:1}', "{'a':1}", '{}{}', '\ufeff{}x', 'NaN'])
          expectError(await callAsUser({ raw }), 400, 'invalid_request');
        const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
        expectError(await callAsUser({ raw: notUtf8 }), 400, 'invalid_request');
      });

      it('H-03: refuses bodies over 100 kB, of another type, or compressed', async () => {
        const padded = (bytes: number) => ({
          raw: JSON.stringify({ padding: 'x'.repeat(bytes - '{"padding":""}'.length) }),
        });
        expect((await callAsUser(padded(100 * 1024))).status).to.equal(400);
        expectError(await callAsUser(padded(100 * 1024 + 1)), 413, 'payload_too_large');
        const json = JSON.stringify(shape());
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'application/jsonp',
          'json',
        ]) {
          const response = await callAsUser({ raw: json, headers: { 'content-type': type } });
          expectError(response, 415, 'unsupported_media_type');
        }
        for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip', 'x']) {
          const response = await callAsUser({ raw: gzipSync(json), headers: { 'content-encoding': encoding } });
          expectError(response, 415, 'unsupported_media_type');
        }
        expect(
          (await callAsUser({ raw: '{}', headers: { 'content-type': 'application/json; charset=utf-8' } })).status,
        ).to.equal(400);
      });
    });
  }
});

/** The body with each hostile value in one of its fields, and without the field. */
function bodiesWith(shape: object, field: string): Record<string, string> {
  const { [field]: _, ...rest } = shape as Record<string, unknown>;
  const texts = Object.entries(HOSTILE).map(([name, text]) => [name, withField(rest, field, text)]);
  return { nothing: JSON.stringify(rest), ...Object.fromEntries(texts) };
}

function withField(rest: object, field: string, text: string): string {
  return `{"${field}":${text}${JSON.stringify(rest).replace('{', Object.keys(rest).length > 0 ? ',' : '')}`;
}

function expectDetails(response: ApiResponse, field: string): void {
  expectError(response, 400, 'invalid_request');
  const paths: string[] = response.body.error.details.map(({ path }: { path: string }) => path.split('.')[0]);
  expect(paths, response.text).to.include(field);
}
