import { expect } from 'chai';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { expectAbsent } from './support/canaries.js';
import { describeApp } from './support/describe-app.js';
import { failing, withKey } from './support/idempotent.js';
import { requestLines } from './support/log-lines.js';
import { newRegistration, wrongCode } from './support/scenario.js';

const CANARY = {
  first_name: 'Canaryfirstname',
  last_name: 'Canarylastname',
  ssn: '987-65-4320',
  date_of_birth: '1911-11-13',
  address: { line1: '77 Canary Wharf Lane', city: 'Canaryville', zipcode: 'CNRY-0099' },
  metadata: { 'a canary key': 'a canary value' },
};
const KEY = 'canary-idempotency-key-7f3a';
const END_USER = { 'x-end-user-ip': '203.0.113.199', 'x-end-user-agent': 'CanaryBrowser/77.1' };
const NEW_PASSWORD = 'a new canary password';

/** @see security.md D-04, O-10 */
describeApp('D-04, O-10: nothing of a user is in the log of the whole Partner API', (app) => {
  let org: TestOrg;
  let canaries: Record<string, string>;
  let requests = 0;

  before(async () => {
    // Ten digits do not stand in a log by chance.
    org = await app().provision('Canary', { codeLength: 10 });
    canaries = await wholeFlow();
  });

  /** Twice with the same key, so that what is kept and given again is in the flow as well. */
  async function post(path: string, body: unknown, session?: string): Promise<ApiResponse> {
    const request = { org, body, headers: END_USER, ...(session === undefined ? {} : { session }) };
    const keyed = withKey(request, `${KEY}-${requests}`);
    requests += 2;
    const first = await app().api.request(`/partner/auth/${path}`, keyed);
    await app().api.request(`/partner/auth/${path}?email=${encodeURIComponent(JSON.stringify(body))}`, keyed);
    return first;
  }

  const codeTo = async (contact: string): Promise<string> => {
    await app().drain();
    return app().outbox.messages.findLast(({ to }) => to === contact)?.code ?? '';
  };

  async function wholeFlow(): Promise<Record<string, string>> {
    const body = newRegistration(CANARY);
    const { email, phone_number, password } = body;
    expectStatus(await post('register', body), 201);
    expectStatus(await post('login', { email, password }), 200);
    const loginCode = await codeTo(email);
    expectError(await post('verify-otp', { email, code: wrongCode(loginCode) }), 400, 'invalid_code');
    const { sessionToken } = expectStatus(await post('verify-otp', { email, code: loginCode }), 200).body;
    expectStatus(await post('introspect', { token: sessionToken }), 200);
    expectStatus(
      await post('change-password', { current_password: password, new_password: NEW_PASSWORD }, sessionToken),
      200,
    );
    expectStatus(await post('forgot-password/send-otp', { phone_number }), 200);
    const resetCode = await codeTo(phone_number);
    const reset = { phone_number, code: resetCode, new_password: `${NEW_PASSWORD} again` };
    expectStatus(await post('forgot-password/reset', reset), 200);
    expectError(await post('login', { phone_number, password }), 401, 'invalid_credentials');
    await post('logout', {}, sessionToken);
    await outages({ ...body, code: loginCode });
    return {
      email,
      'phone number': phone_number,
      'phone digits': phone_number.slice(1),
      password,
      'new password': NEW_PASSWORD,
      'login code': loginCode,
      'reset code': resetCode,
      'session token': sessionToken.split('.')[1] ?? '',
      secret: org.credential.secret,
      ssn: CANARY.ssn,
      'date of birth': CANARY.date_of_birth,
      'first name': CANARY.first_name,
      'last name': CANARY.last_name,
      street: CANARY.address.line1,
      city: CANARY.address.city,
      zipcode: CANARY.address.zipcode,
      'key of metadata': 'a canary key',
      'value of metadata': 'a canary value',
      'idempotency key': KEY,
      'end user’s address': END_USER['x-end-user-ip'],
      'end user’s agent': END_USER['x-end-user-agent'],
    };
  }

  /** Backends that fail with all that they were given in their message, as vendors do. */
  async function outages(body: object): Promise<void> {
    const words = JSON.stringify({ ...body, ...CANARY, KEY, ...END_USER });
    const errors = [new Error(words), new TypeError(words, { cause: new Error(words) })];
    const ofFirestore = Object.assign(new Error(words), { code: 14, details: words });
    for (const error of [...errors, ofFirestore]) {
      const paths = ['register', 'login', 'verify-otp', 'forgot-password/send-otp', 'forgot-password/reset'];
      for (const path of paths)
        await failing(
          app(),
          () => true,
          () => post(path, body),
          () => error,
        );
    }
  }

  it('the log is that of all of it: a line each, and what failed beside them', async () => {
    const entries = await requestLines(app(), 0, requests);
    const outcomes = new Set(entries.map(({ outcome }) => outcome));
    expect(outcomes).to.include.all.keys('ok', 'invalid_code', 'invalid_credentials', 'unavailable', 'internal');
    expect(entries.filter(({ replayed }) => replayed === true).length).to.be.at.least(7);
    expect(entries.filter(({ severity }) => severity === 'ERROR').length).to.be.at.least(15);
    // The scan below would find them: an org's public key may be there, and is.
    expect(() => expectAbsent(app().logs, { key: org.credential.key }, 'the log')).to.throw();
  });

  it('and holds none of it, as it is, URL-encoded, in hex or in base64', () => {
    for (const value of Object.values(canaries)) expect(value).to.have.length.at.least(8);
    expectAbsent(app().logs, canaries, 'the log');
    console.log(`      D-04: ${app().logs.length} lines, ${Object.keys(canaries).length} values, 0 found`);
  });
});
