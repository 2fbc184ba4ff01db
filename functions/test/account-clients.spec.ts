import { expect } from 'chai';
import { createLocalJWKSet, exportJWK } from 'jose';
import { AppCheckVerifier } from '../src/adapters/app-check/app-check-verifier.js';
import { SECOND_MS } from '../src/lib/clock.js';
import { expectRefusal } from './support/account-answers.js';
import { PUBLIC_OPERATIONS, SESSION_OPERATIONS } from './support/account-documented.js';
import { from, newSignup } from './support/account-scenario.js';
import { type ApiRequest, type ApiResponse, expectStatus } from './support/api-client.js';
import { describeMemoryApp, type TestApp } from './support/describe-app.js';
import type { TestClock } from './support/test-clock.js';
import { forge, newRsaKey, rs } from './support/token-forge.js';

const [OURS, ALSO_OURS, THEIRS] = ['https://app.example.com', 'http://localhost:5173', 'https://evil.example'];
const OPERATIONS = [...PUBLIC_OPERATIONS, ...SESSION_OPERATIONS];
const ALLOWED_HEADERS = 'authorization,content-type,idempotency-key,x-firebase-appcheck';

/** What a browser looks at before it lets a page read an answer, or send a request that a form could not. */
function corsOf({ headers }: ApiResponse): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}

const preflight = ({ api }: TestApp, path: string, origin: string) =>
  api.request(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': ALLOWED_HEADERS,
    },
  });

describeMemoryApp(
  'Browsers, with origins of the deployment’s own',
  (app) => {
    it('a page of each may call every operation, with every header that one takes', async () => {
      for (const origin of [OURS, ALSO_OURS])
        for (const operation of OPERATIONS) {
          const answer = expectStatus(await preflight(app(), `/auth/${operation}`, origin), 204);
          expect(answer.headers.get('access-control-allow-origin')).to.equal(origin);
          expect(answer.headers.get('access-control-allow-methods')).to.equal('POST');
          const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase().split(',');
          expect(allowed).to.include.members(ALLOWED_HEADERS.split(','));
          expect(answer.headers.get('access-control-max-age')).to.equal('7200');
          expect(answer.headers.get('access-control-allow-credentials')).to.equal(null);
          expect(answer.headers.get('vary')).to.match(/\borigin\b/i);
        }
    });

    it('it reads the answer, errors and limits among it', async () => {
      const { account } = app();
      const { email, password } = await account.signUp();
      const headers = { origin: OURS };
      for (const [status, body] of [
        [200, { email, password }],
        [400, {}],
        [401, { email, password: 'wrong' }],
      ] as const) {
        const answer = expectStatus(await account.call('login', body, undefined, { headers }), status);
        expect(answer.headers.get('access-control-allow-origin')).to.equal(OURS);
        const exposed = answer.headers.get('access-control-expose-headers');
        expect(exposed).to.include('Retry-After').and.to.include('RateLimit').and.to.include('X-Request-Id');
        expect(answer.headers.get('vary')).to.match(/\borigin\b/i);
      }
    });

    it('a page of any other is told nothing that would let it', async () => {
      for (const origin of [THEIRS, 'null', `${OURS}.evil.example`, 'http://app.example.com', `${OURS}:8443`]) {
        const asked = await preflight(app(), '/auth/login', origin);
        expect(asked.headers.get('access-control-allow-origin'), origin).to.equal(null);
        const answer = await app().account.call('login', {}, undefined, { headers: { origin } });
        expect(answer.headers.get('access-control-allow-origin'), origin).to.equal(null);
      }
    });

    it('no other API has any of it', async () => {
      const { api } = app();
      for (const path of ['/partner/auth/login', '/partner/users/me', '/health', '/openapi.json', '/webhooks/twilio']) {
        expect(corsOf(await preflight(app(), path, OURS)), path).to.deep.equal({});
        const answers = ['GET', 'POST'].map((method) => api.request(path, { method, headers: { origin: OURS } }));
        for (const answer of await Promise.all(answers)) expect(corsOf(answer), path).to.deep.equal({});
      }
    });

    it('OPTIONS that is no preflight, and methods beside POST, are 405', async () => {
      for (const method of ['OPTIONS', 'GET', 'PUT', 'DELETE']) {
        const answer = await app().api.request('/auth/login', { method, headers: { origin: OURS } });
        expectRefusal(answer, 405, 'method_not_allowed');
        expect(answer.headers.get('allow')).to.equal('POST');
      }
    });
  },
  { origins: [OURS, ALSO_OURS] },
);

describeMemoryApp('Browsers, where no origin is set', (app) => {
  it('no page may call, and callers that are no browsers are served', async () => {
    for (const operation of OPERATIONS) {
      const asked = await preflight(app(), `/auth/${operation}`, OURS);
      expect(asked.headers.get('access-control-allow-origin'), operation).to.equal(null);
    }
    const answer = await app().account.call('signup', newSignup(), undefined, { headers: { origin: OURS } });
    expect(expectStatus(answer, 200).headers.get('access-control-allow-origin')).to.equal(null);
  });
});

const firebase = newRsaKey();
const publicJwk = { ...(await exportJWK(firebase.publicKey)), kid: 'key-1' };

/** As Firebase gives it to an app of the project, for an hour. */
function appCheckToken(clock: TestClock, change: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(clock.now() / SECOND_MS);
  const payload = {
    iss: 'https://firebaseappcheck.googleapis.com/123456789',
    aud: ['projects/123456789', 'projects/demo-gatehouse'],
    sub: '1:123456789:web:0a1b2c3d4e5f',
    iat: now,
    exp: now + 3_600,
    ...change,
  };
  return forge({ alg: 'RS256', kid: 'key-1', typ: 'JWT' }, payload, rs(firebase.privateKey));
}

describeMemoryApp(
  'App Check, where the deployment asks for it',
  (app) => {
    const withToken = (token: string): ApiRequest => ({ headers: { ...from().headers, 'x-firebase-appcheck': token } });
    const right = () => withToken(appCheckToken(app().clock));

    it('what needs no session is for the company’s own apps alone', async () => {
      const wrong: Readonly<Record<string, ApiRequest>> = {
        none: from(),
        empty: withToken(''),
        garbage: withToken('garbage'),
        'of another project': withToken(appCheckToken(app().clock, { aud: ['projects/987654321'] })),
        'that is over': withToken(appCheckToken(app().clock, { exp: 1 })),
      };
      for (const operation of PUBLIC_OPERATIONS)
        for (const [what, request] of Object.entries(wrong)) {
          const answer = await app().account.call(operation, newSignup(), undefined, request);
          expectRefusal(answer, 401, 'invalid_client');
          expect(answer.body.error.message, what).to.include('X-Firebase-AppCheck');
        }
    });

    it('they are served with its token, and by a session without one', async () => {
      const { account } = app();
      const signup = newSignup();
      const { data } = expectStatus(await account.call('signup', signup, undefined, right()), 200).body;
      expectStatus(await account.call('login', signup, undefined, right()), 200);
      expectStatus(await account.call('forgotPassword', signup, undefined, right()), 200);
      const reset = { email: signup.email, code: '000000', newPassword: 'another password' };
      expectRefusal(await account.call('resetPassword', reset, undefined, right()), 400, 'invalid_code');
      expectStatus(await account.call('requestEmailVerification', {}, data.token), 200);
      expectStatus(await account.call('logout', {}, data.token), 200);
    });
  },
  {
    mainApp: { requiresAppCheck: true },
    ports: (clock) => ({
      appCheck: new AppCheckVerifier({
        projectId: 'demo-gatehouse',
        clock,
        keys: createLocalJWKSet({ keys: [publicJwk] }),
      }),
    }),
  },
);
