import { expect } from 'chai';
import { SECOND_MS } from '../src/lib/clock.js';
import { DEFAULT_MAIN_APP } from '../src/orgs/main-app.js';
import { newPassword, newPhone, newSignup } from './support/account-scenario.js';
import { type ApiResponse, expectError, expectStatus } from './support/api-client.js';
import { unsignedToken } from './support/auth-emulator.js';
import { expectAbsent } from './support/canaries.js';
import { describeApp } from './support/describe-app.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { failing, withKey } from './support/idempotent.js';
import { parseLines } from './support/log-lines.js';
import { callRoute, mainAppRoutes, workingRequest } from './support/route-samples.js';
import { wrongCode } from './support/scenario.js';

const KEY = 'canary-idempotency-key-9b2e';
const NAMES = { firstName: 'Canaryfirstname', lastName: 'Canarylastname' };
const CLIENT = { 'x-forwarded-for': '203.0.113.197', 'user-agent': 'CanaryBrowser/77.1' };
/** Ten digits do not stand in a log or a database by chance. */
const mainApp = { settings: { ...DEFAULT_MAIN_APP.settings, codeLength: 10 } };

type Values = Readonly<Record<string, string>>;

/** @see security.md D-04, O-09, O-10 */
describeApp(
  'D-04, O-09, O-10: nothing of a user of the main app is in the log, nor in the database but its names',
  (app) => {
    let probe: FirestoreProbe;
    let secrets: Values;
    let contacts: Values;
    let documents: { path: string; json: string }[] = [];
    let requests = 0;

    before(async () => {
      probe = new FirestoreProbe();
      await probe.empty();
      const { email, password, ...names } = newSignup(NAMES);
      const [phone, next] = [newPhone(), newPhone()];
      secrets = await wholeFlow({ email, password, ...names }, phone, next);
      contacts = { email, phone, 'next phone': next };
      await outages(Object.values({ ...secrets, ...contacts, ...NAMES, KEY, ...CLIENT }).join(' '));
      await app().services.background.idle();
      documents = await probe.dump();
    });
    after(() => probe.close());

    /** Twice with the same key, so that what is kept and given again is in the flow as well. */
    async function post(operation: string, body: unknown, session?: string): Promise<ApiResponse> {
      const bearer = session === undefined ? {} : { session };
      const request = withKey({ body, headers: CLIENT, ...bearer }, `${KEY}-${requests}`);
      requests += 2;
      const first = await app().api.request(`/auth/${operation}`, request);
      const query = encodeURIComponent(JSON.stringify(body));
      await app().api.request(`/auth/${operation}?email=${query}`, request);
      return first;
    }
    const codeTo = async (contact: string): Promise<string> => {
      await app().drain();
      return app().outbox.messages.findLast(({ to, code }) => to === contact && code !== null)?.code ?? '';
    };
    const part = (token: string) => token.split('.')[1] ?? '';

    async function wholeFlow(signup: Record<string, string>, phone: string, next: string): Promise<Values> {
      const { email = '', password = '' } = signup;
      const { uid, token } = expectStatus(await post('signup', signup), 200).body.data;
      const emailCode = await codeTo(email);
      expectError(await post('verifyEmail', { code: wrongCode(emailCode) }, token), 400, 'invalid_code');
      expectStatus(await post('verifyEmail', { code: emailCode }, token), 200);
      expectStatus(await post('requestPhoneVerification', { phone }, token), 200);
      const phoneCode = await codeTo(phone);
      expectStatus(await post('verifyPhone', { phone, code: phoneCode }, token), 200);
      expectStatus(await post('requestPhoneVerification', { phone: next }, token), 200);
      const unusedCode = await codeTo(next);
      expectError(await post('login', { email, password: `wrong ${password}` }), 401, 'invalid_credentials');
      const changed = newPassword();
      expectStatus(await post('changePassword', { oldPassword: password, newPassword: changed }, token), 200);
      expectStatus(await post('forgotPassword', { email }), 200);
      const resetCode = await codeTo(email);
      const reset = newPassword();
      expectStatus(await post('resetPassword', { email, code: resetCode, newPassword: reset }), 200);
      const login = expectStatus(await post('login', { email, password: reset }), 200).body.data.token;
      const refreshed = expectStatus(await post('refreshToken', {}, login), 200).body.data.token;
      const seconds = Math.floor(app().clock.now() / SECOND_MS) + 2;
      const claims = { sub: uid, auth_time: seconds, firebase: { sign_in_provider: 'password' } };
      const signIn = unsignedToken(null, app().clock.now(), claims);
      const ofSignIn = expectStatus(await post('refreshToken', {}, signIn), 200).body.data.token;
      expectStatus(await post('requestEmailVerification', {}, login), 200);
      expectStatus(await post('logout', {}, login), 200);
      return {
        password,
        'changed password': changed,
        'reset password': reset,
        'email code': emailCode,
        'another email code': await codeTo(email),
        'phone code': phoneCode,
        'a code that nobody used': unusedCode,
        'reset code': resetCode,
        token: part(token),
        'login token': part(login),
        'refreshed token': part(refreshed),
        'token of a sign-in': part(signIn),
        'session of a sign-in': part(ofSignIn),
        'idempotency key': KEY,
      };
    }

    /** Backends that fail with all that they were given in their message, as vendors do. */
    async function outages(words: string): Promise<void> {
      const org = await app().provision();
      for (const route of mainAppRoutes)
        for (const error of [new Error(words), Object.assign(new TypeError(words), { code: 14, details: words })]) {
          const { request } = await workingRequest(app(), org, route);
          await failing(
            app(),
            () => true,
            () => callRoute(app(), route, request),
            () => error,
          );
        }
    }

    it('the log is that of all of it', () => {
      const entries = parseLines(app().logs);
      const outcomes = new Set(entries.map(({ outcome }) => outcome));
      expect(outcomes).to.include.all.keys('ok', 'invalid_code', 'invalid_credentials', 'internal', 'unavailable');
      expect(entries.filter(({ replayed }) => replayed === true).length).to.be.at.least(8);
      expect(entries.filter(({ severity }) => severity === 'ERROR').length).to.be.at.least(2 * mainAppRoutes.length);
    });

    it('and holds none of it, as it is, URL-encoded, in hex or in base64', () => {
      const all = {
        ...secrets,
        ...contacts,
        ...NAMES,
        address: CLIENT['x-forwarded-for'],
        agent: CLIENT['user-agent'],
      };
      for (const value of Object.values(all)) expect(value).to.have.length.at.least(8);
      expectAbsent(app().logs, all, 'the log');
      console.log(`      D-04: ${app().logs.length} lines, ${Object.keys(all).length} values, 0 found`);
    });

    it('no document holds a secret or a contact, in its path or in it', () => {
      const texts = documents.map(({ path, json }) => `${path} ${json}`);
      expect(texts.length).to.be.above(30);
      expectAbsent(texts, { ...secrets, ...contacts }, 'Firestore');
      console.log(`      O-09: ${texts.length} documents, ${Object.keys(secrets).length} secrets, 0 found`);
    });

    it('the names of a user are in its profile alone', () => {
      const holding = documents.filter(({ json }) => json.includes(NAMES.lastName));
      expect(holding.map(({ path }) => path.replace(/usr_.*/, 'usr'))).to.deep.equal(['users/usr']);
      expectAbsent(
        documents.map(({ path }) => path),
        NAMES,
        'a path',
      );
    });
  },
  { mainApp },
);
