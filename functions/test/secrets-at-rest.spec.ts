import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { computeMac } from '../src/codes/code-mac.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { encoded, expectAbsent, hex } from './support/canaries.js';
import { describeApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { withKey } from './support/idempotent.js';
import { newRegistration, type RegisterBody, wrongCode } from './support/scenario.js';

const BIRTH = '1987-03-14';
const CODES = 1_000_000;
/** Every twentieth code, the right one among them; all in the heavy runs. */
const STEP = dose(20, 1);
const KEY = 'the Idempotency-Key of the canary';

interface Canaries {
  readonly secrets: Record<string, string>;
  readonly contacts: Record<string, string>;
}

describeApp('O-09, O-10, D-01, D-04: what is stored and logged after everything has happened', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  let canaries: Canaries;
  let documents: { path: string; json: string }[] = [];
  let answers: string[] = [];

  before(async () => {
    probe = new FirestoreProbe();
    await probe.empty();
    // Ten digits do not stand in a database by chance.
    org = await app().provision('Canary', { codeLength: 10 });
    canaries = await wholeFlow();
    documents = await probe.dump();
  });
  after(() => probe.close());

  async function wholeFlow(): Promise<Canaries> {
    const { api, scenario } = app();
    const body: RegisterBody = newRegistration({ date_of_birth: BIRTH, ssn: '219-09-9753' });
    let keys = 0;
    const post = async (path: string, given: unknown, session?: string) => {
      keys += 1;
      const request = { org, body: given, ...(session === undefined ? {} : { session }) };
      const response = await api.request(`/partner/auth/${path}`, withKey(request, `${KEY} ${keys}`));
      answers.push(response.text, JSON.stringify([...response.headers]));
      return response;
    };
    const { email, phone_number, password } = body;
    const { userId } = expectStatus(await post('register', body), 201).body;
    const user = { userId, email, phone_number, password };
    expectError(await post('register', body), 409, 'already_exists');
    expectError(await post('login', { email, password: `wrong ${password}` }), 401, 'invalid_credentials');
    const loginCode = await scenario.sendLoginCode(org, user);
    expectError(await post('verify-otp', { email, code: wrongCode(loginCode) }), 400, 'invalid_code');
    const session = expectStatus(await post('verify-otp', { email, code: loginCode }), 200).body.sessionToken;
    answers = answers.filter((text) => !text.includes(session));
    const resetCode = await scenario.sendResetCode(org, user, 'phone_number');
    const newPassword = `reset ${password}`;
    expectStatus(
      await post('forgot-password/reset', { phone_number, code: resetCode, new_password: newPassword }),
      200,
    );
    const unusedCode = await scenario.sendLoginCode(org, { ...user, password: newPassword }, 'phone_number');
    const unusedReset = await scenario.sendResetCode(org, user);
    expectError(await post('logout', {}, session), 401, 'invalid_session');
    expectError(await post(`logout?code=${loginCode}&email=${email}`, {}, session), 401, 'invalid_session');
    await app().services.background.idle();
    return {
      secrets: {
        'the login code': loginCode,
        'the reset code': resetCode,
        'a code that nobody used': unusedCode,
        'a reset code that nobody used': unusedReset,
        'the password': password,
        'the new password': newPassword,
        'the org’s secret': org.credential.secret,
        // The header of a token is the same for all.
        'the session token': session.split('.')[1] ?? '',
        'the ssn': body.ssn,
        'the date of birth': BIRTH,
        'the idempotency key': KEY,
      },
      contacts: { email, 'phone number': phone_number, 'phone digits': phone_number.slice(1) },
    };
  }

  it('the scan finds what is there', () => {
    const { email = '' } = canaries.contacts;
    const profiles = documents.filter(({ json }) => json.includes(email)).map(({ path }) => path);
    expect(profiles).to.have.length(1);
    expect(profiles[0]).to.match(new RegExp(`^orgs/${org.org.orgId}/users/usr_`));
    // A planted value is found in every spelling, wherever in a longer value it begins.
    const ssn = '219-09-9753';
    for (const planted of [ssn, '219099753'])
      for (const text of [
        `x${planted}y`,
        hex(planted),
        ...['', 'a', 'ab'].map((lead) => encoded(`${lead}${planted}zz`)),
      ])
        expect(() => expectAbsent([text], { ssn }, text), text).to.throw();
  });

  it('O-09, D-01: no code, password, secret, token, ssn or date of birth is in any document, in any spelling', () => {
    expectAbsent(
      documents.map(({ path, json }) => `${path} ${json}`),
      canaries.secrets,
      'Firestore',
    );
    console.log(`      D-01: ${documents.length} documents, ${Object.keys(canaries.secrets).length} secrets, 0 found`);
  });

  it('H-05: answers are kept under ids that tell nothing', () => {
    const kept = documents.filter(({ path }) => path.startsWith('idempotency/'));
    expect(kept.filter(({ json }) => JSON.parse(json).answer !== null).length).to.be.at.least(5);
    for (const { path } of kept) expect(path).to.match(/^idempotency\/([0-9a-f]{64}|idempotency-[0-9a-f-]+|a)$/);
  });

  it('D-04: a message is remembered under an id that tells nothing, its contact as a hash and a mask', () => {
    const { email = '' } = canaries.contacts;
    const own = documents.filter(({ json }) => json.includes(org.org.orgId));
    const deliveries = own.filter(({ path }) => path.startsWith('deliveries/'));
    expect(deliveries.length).to.be.at.least(5);
    const masks = deliveries.map(({ path, json }) => {
      expect(path).to.match(/^deliveries\/dlv_[A-Za-z0-9_-]{22}$/);
      const { contactHash, contactMask } = JSON.parse(json);
      expect(contactHash.stringValue).to.match(/^[0-9a-f]{64}$/);
      return contactMask.stringValue as string;
    });
    expect(masks).to.include(`${email.slice(0, 1)}***${email.slice(email.indexOf('@'))}`);
    for (const mask of masks) expect(mask).to.include('***');
  });

  it('D-04: a contact is in its user’s profile alone, and in no document’s path', () => {
    expectAbsent(
      documents.map(({ path }) => path),
      canaries.contacts,
      'a path',
    );
    const others = documents.filter(({ path }) => !/^(orgs\/[^/]+\/)?users\//.test(path));
    expectAbsent(
      others.map(({ json }) => json),
      canaries.contacts,
      'another document than the profile',
    );
  });

  it('O-10, D-04: no secret and no contact is in any log line', async () => {
    const { logs, backends, api } = app();
    // A backend that fails with the request in its message, as vendors' do, is logged as an error.
    const { secrets, contacts } = canaries;
    const vendorsWords = Object.values({ ...secrets, ...contacts }).join(' ');
    const before = logs.length;
    for (const Failure of [Error, TypeError]) {
      backends.fault = async () => {
        throw new Failure(vendorsWords);
      };
      const body = { email: contacts['email'], password: secrets['the password'] };
      answers.push((await api.post(org, '/partner/auth/login', body)).text);
    }
    backends.fault = undefined;
    expect(logs.slice(before).filter((line) => line.includes('"severity":"ERROR"'))).to.have.length(2);
    expect(logs.length).to.be.above(10);
    expectAbsent(logs, { ...secrets, ...contacts }, 'the log');
    for (const line of logs) expect(line).to.match(/^[^\n]*\n$/);
  });

  it('O-10, D-04: no code, password or ssn is in an answer', () => {
    const { 'the session token': _, 'the date of birth': __, ...secrets } = canaries.secrets;
    expect(answers.length).to.be.above(10);
    expectAbsent(answers, secrets, 'an answer');
  });

  it(`O-09: a stored mac is none of ${CODES / STEP} codes without the pepper`, async () => {
    const { scenario, provision } = app();
    const usual = await provision('Usual');
    const user = await scenario.register(usual);
    const code = await scenario.sendLoginCode(usual, user);
    const [stored] = await probe.challengesOf(user.userId);
    expect(stored?.pepperVersion).to.be.a('number');
    const mac = Buffer.from(stored?.mac, 'base64url');
    expect(mac).to.have.length(32);
    // Everything but the pepper is known to whoever has the database and this source.
    const { challengeId, uid } = stored as { challengeId: string; uid: string };
    const contact = { kind: 'email', value: user.email } as const;
    const binding = { poolId: usual.org.orgId, purpose: 'login', uid, contact, challengeId } as const;
    const prefix = `["code",${JSON.stringify(usual.org.orgId)},"login",${JSON.stringify(uid)},"email",${JSON.stringify(user.email)},${JSON.stringify(challengeId)},"`;
    const planted = computeMac(Buffer.alloc(0), binding, code);
    const found = matches(prefix, Number(code) % STEP, { stored: mac, planted });
    console.log(`      O-09: ${CODES / STEP} codes tried without the pepper, ${found.stored} matches`);
    // A mac without a pepper would have been found.
    expect(found).to.deep.equal({ stored: 0, planted: 1 });
  });
});

/** How often each mac is met over the six-digit codes from `first` on, with what can be computed without a pepper. */
function matches(prefix: string, first: number, macs: { readonly stored: Buffer; readonly planted: Buffer }) {
  const found = { stored: 0, planted: 0 };
  for (let guess = first; guess < CODES; guess += STEP) {
    const digits = String(guess).padStart(6, '0');
    const message = `${prefix}${digits}"]`;
    for (const candidate of [sha256(digits), sha256(message), keyless(message)]) {
      if (candidate.equals(macs.stored)) found.stored += 1;
      if (candidate.equals(macs.planted)) found.planted += 1;
    }
  }
  return found;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
const keyless = (text: string) => createHmac('sha256', '').update(text).digest();
