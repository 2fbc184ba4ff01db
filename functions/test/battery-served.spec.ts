import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { from } from './support/account-scenario.js';
import { type ApiRequest, type ApiResponse, expectStatus, type TestOrg } from './support/api-client.js';
import { eventually } from './support/background-triggers.js';
import { askUntilServed, calmWalk } from './support/calm-race.js';
import { expectDeclared, masked } from './support/declared.js';
import { startEmulatorApp, type TestApp } from './support/describe-app.js';
import { rawRequest } from './support/raw-http.js';
import { credentialsFor, newCaller, title } from './support/route-samples.js';
import { newRegistration, wrongCode } from './support/scenario.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const REQUESTS: Readonly<Record<string, Pick<ApiRequest, 'raw' | 'headers'>>> = {
  'an empty object': { raw: '{}' },
  'no body': { raw: '' },
  'broken JSON': { raw: '{"email":' },
  'an array': { raw: '[]' },
  '100 kB': { raw: JSON.stringify({ x: 'x'.repeat(100 * 1024 - 8) }) },
  '100 kB and a byte': { raw: JSON.stringify({ x: 'x'.repeat(100 * 1024 - 7) }) },
  '2 MB': { raw: JSON.stringify({ x: 'x'.repeat(2_000_000) }) },
  'a form': { raw: 'email=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  text: { raw: '{}', headers: { 'content-type': 'text/plain' } },
  gzip: { raw: gzipSync('{}'), headers: { 'content-encoding': 'gzip' } },
  'gzip that is none': { raw: '{}', headers: { 'content-encoding': 'gzip' } },
  'a gzip bomb': { raw: gzipSync(Buffer.alloc(20_000_000)), headers: { 'content-encoding': 'gzip' } },
  'an unknown encoding': { raw: '{}', headers: { 'content-encoding': 'x' } },
  'an unknown charset': { raw: '{}', headers: { 'content-type': 'application/json; charset=x' } },
  'not UTF-8': { raw: Buffer.from([0x7b, 0xff, 0x7d]) },
};

/** functions-framework, production's server, reads bodies before we do; nobody may notice. */
describe('Battery: the production server answers as the app alone does', () => {
  let app: TestApp;
  let production: ServedApp;
  let org: TestOrg;
  before(async () => {
    app = await startEmulatorApp();
    production = await startServedApp(1);
    org = await app.provision();
  });
  after(async () => {
    // One that did not start must not keep the run from ending.
    await Promise.all([production?.served.stop(), app?.close()]);
  });

  const askBoth = async (route: Route, request: ApiRequest): Promise<[ApiResponse, ApiResponse]> => {
    const given = { ...request, method: route.method, headers: { ...from().headers, ...request.headers } };
    const inProduction = await askUntilServed(() => production.api.request(route.path, given));
    return [inProduction, await app.api.request(route.path, given)];
  };

  const known = new Map<Route, ApiRequest>();
  /** Of one user for all requests, but where each of them sends a code. */
  const credentialsOf = async (route: Route): Promise<ApiRequest> => {
    const found = route.body === null ? undefined : known.get(route);
    const credentials = found ?? credentialsFor(route, await newCaller(app, org, route));
    known.set(route, credentials);
    return credentials;
  };

  for (const route of routes) {
    for (const [name, request] of Object.entries(route.method === 'GET' ? {} : REQUESTS)) {
      it(`H-02, H-03: ${name} at ${title(route)}`, async () => {
        // Logout would end the session, so that only one of the two could be asked with it.
        const isLogout = route.path.endsWith('/logout');
        const shown = isLogout ? { org } : await credentialsOf(route);
        for (const credentials of [{}, shown]) {
          const [served, alone] = await askBoth(route, { ...credentials, ...request });
          expectDeclared(route, served);
          expect(comparable(served)).to.deep.equal(comparable(alone));
        }
      });
    }

    it(`H-03, A-04: methods, paths and headers at ${title(route)}`, async () => {
      const { path, method } = route;
      const padding = { 'x-padding': 'x'.repeat(17_000) };
      const asked = [
        { method: 'TRACE', path },
        { method: 'PUT', path },
        { method, path: `${path}/` },
        { method, path: `/${path}` },
        { method, path: path.toUpperCase() },
        { method, path: `${path}%20` },
        { method, path, headers: padding },
      ];
      for (const request of asked) {
        const [served, alone] = [
          await rawRequest(production.api.baseUrl, request),
          await rawRequest(app.api.baseUrl, request),
        ];
        const { status, headers } = served;
        const name = `${request.method} ${request.path}`;
        expect({ status, allow: headers.allow }, name).to.deep.equal({
          status: alone.status,
          allow: alone.headers.allow,
        });
        expect(headers['x-powered-by'] ?? headers.etag ?? headers['set-cookie'], name).to.equal(undefined);
      }
    });
  }

  it('O-10, D-04: its log holds no code, password, token or contact of a whole flow', () =>
    calmWalk(wholeFlow, () => production.api.post(org, '/partner/auth/introspect', { token: '' })));

  async function wholeFlow(): Promise<void> {
    const from = production.output.length;
    const { scenario, api, output } = production;
    const long = await app.provision('Logged', { codeLength: 10 });
    const registration = newRegistration({ date_of_birth: '1987-03-14' });
    const { email, phone_number, password, ssn } = registration;
    const { userId } = expectStatus(await api.post(long, '/partner/auth/register', registration), 201).body;
    const user = { userId, email, phone_number, password };
    const code = await scenario.sendLoginCode(long, user);
    expectStatus(await scenario.verify(long, user, wrongCode(code)), 400);
    const session: string = expectStatus(await scenario.verify(long, user, code), 200).body.sessionToken;
    const reset = await scenario.sendResetCode(long, user, 'phone_number');
    expectStatus(await api.request(`/partner/auth/logout?email=${email}`, { org: long, session }), 200);
    const isRequest = (line: string) => line.includes('"message":"request"');
    await eventually('the log is written', async () => output.slice(from).filter(isRequest).length >= 6);
    const log = output.join('\n');
    const secret = long.credential.secret.slice(20);
    for (const canary of [
      code,
      reset,
      password,
      session.split('.')[1] ?? '',
      secret,
      ssn,
      '1987-03-14',
      email,
      phone_number.slice(1),
    ])
      expect(log.includes(canary), canary).to.equal(false);
  }
});

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** Seconds to wait, and how the server keeps its connections, are not what a caller is told; each token is another. */
function comparable(response: ApiResponse) {
  const { status, headers, text } = masked(response);
  return {
    status,
    text: text.replaceAll(TOKEN, '<token>'),
    headers: headers.filter(([name]) => !['retry-after', 'ratelimit', 'connection', 'keep-alive'].includes(name)),
  };
}
