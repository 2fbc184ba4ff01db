import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Contact } from '../src/contacts/contact.js';
import { expectFailure } from './support/account-answers.js';
import { type AccountUser, from, newPhone, newSignup, type SignupBody } from './support/account-scenario.js';
import { AccountStore } from './support/account-store.js';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { describeApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { InvariantChecker } from './support/invariants.js';
import { newRegistration, type RegisterBody } from './support/scenario.js';

const ROUNDS = dose(12, 100);
const REGISTER = '/partner/auth/register';
const NOTHING_LEFT = { users: [], profiles: [], reservations: [] };

describeApp('Partners’ users and those of the main app', (app) => {
  let org: TestOrg;
  let store: AccountStore;
  let checker: InvariantChecker;
  let ada: AccountUser;
  before(async () => {
    store = new AccountStore();
    checker = new InvariantChecker();
    org = await app().provision();
    ada = await app().account.signUp();
  });
  after(() => Promise.all([store.close(), checker.close()]));

  const register = (body: RegisterBody) => app().api.post(org, REGISTER, body);
  const contactsOf = ({ email, phone_number }: RegisterBody): Contact[] => [
    { kind: 'email', value: email },
    { kind: 'phone', value: phone_number },
  ];
  const signUp = (body: SignupBody) => app().account.call('signup', body, undefined, from());

  /** Whole, or not there at all. */
  async function expectWholePartner(registration: RegisterBody, registered: ApiResponse): Promise<void> {
    const { status, body } = registered;
    if (status === 201) await app().scenario.logIn(org, { ...registration, userId: body.userId });
    else expectError(registered, 403, 'belongs_to_main_app');
    expect(await checker.profilesWith(org, registration.email)).to.have.length(status === 201 ? 1 : 0);
  }

  /** What both sides are asked for at once. */
  interface Meeting {
    readonly registration: RegisterBody;
    consumer(): Promise<ApiResponse>;
    /** Of the consumer's side, which always succeeds. */
    expectWhole(answer: ApiResponse): Promise<void>;
  }

  /** Each round ends with the partner refused, or both served; and nothing is left of who was refused. */
  async function meet(prepare: () => Promise<Meeting>): Promise<void> {
    const asked: Contact[] = [];
    const counts = { refused: 0, both: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const run = async () => {
        const { registration, consumer, expectWhole } = await prepare();
        asked.push(...contactsOf(registration));
        const answers = await atOnce(round, () => register(registration), consumer);
        if (isOverloaded(answers)) return answers;
        const [registered, answered] = answers;
        counts[registered.status === 201 ? 'both' : 'refused'] += 1;
        expectStatus(answered, 200);
        await expectWholePartner(registration, registered);
        await expectWhole(answered);
        return answers;
      };
      await calmly({ parallel: 2, run, probe: () => app().account.call('refreshToken', {}, ada.token, from()) });
    }
    console.log(`      ${ROUNDS} times: ${JSON.stringify(counts)}`);
    expect(await checker.orphans(org, asked)).to.deep.equal(NOTHING_LEFT);
    expect(await store.reserved(asked)).to.deep.equal([]);
  }

  it(`register and signup of one email at once: the partner’s is refused, or both stand, ${ROUNDS} times`, async () => {
    await meet(async () => {
      const registration = newRegistration();
      const signup = newSignup({ email: registration.email });
      const expectWhole = async ({ body }: ApiResponse) => {
        expect(await app().account.isLive(await app().account.logIn(signup))).to.equal(true);
        expect(await store.profile(body.data.uid)).to.include({ last_name: signup.lastName });
      };
      return { registration, consumer: () => signUp(signup), expectWhole };
    });
  }).timeout(RACE_TIMEOUT_MS);

  it(`register and verifyPhone of one phone at once: the same, ${ROUNDS} times`, async () => {
    await meet(async () => {
      const { account } = app();
      const registration = newRegistration();
      const { phone_number: phone } = registration;
      const { token, uid } = await account.signUp();
      const code = await account.sendPhoneCode(phone, token);
      const expectWhole = async () => {
        expect((await store.account(uid))?.phoneNumber).to.equal(phone);
      };
      return {
        registration,
        consumer: () => account.call('verifyPhone', { phone, code }, token, from()),
        expectWhole,
      };
    });
  }).timeout(RACE_TIMEOUT_MS);

  it('a consumer’s email and phone are refused at every partner’s register, and nothing is left of it', async () => {
    const { account } = app();
    const user = await account.signUp();
    const phone_number = await account.verifyPhone(user.token);
    const refused = [newRegistration({ email: user.email }), newRegistration({ phone_number })];
    for (const registration of refused) expectError(await register(registration), 403, 'belongs_to_main_app');
    const asked = refused.flatMap(contactsOf);
    expect(await checker.orphans(org, asked)).to.deep.equal(NOTHING_LEFT);
    for (const [index, free] of refused.entries())
      expectStatus(
        await register(newRegistration(index === 0 ? { phone_number: free.phone_number } : { email: free.email })),
        201,
      );
  });

  it('a number that is not verified yet, or not any more, is free for partners', async () => {
    const { account } = app();
    const user = await account.signUp();
    const waiting = newPhone();
    await account.sendPhoneCode(waiting, user.token);
    const replaced = await account.verifyPhone(user.token);
    await account.verifyPhone(user.token);
    for (const phone_number of [waiting, replaced])
      expectStatus(await register(newRegistration({ phone_number })), 201);
  });

  it('a partner’s user signs up and verifies the same phone, and is two users then', async () => {
    const { account, scenario } = app();
    const partner = await scenario.register(org);
    const consumer = await account.signUp({ email: partner.email });
    expect(consumer.uid).not.to.equal(partner.userId);
    await account.verifyPhone(consumer.token, partner.phone_number);
    await scenario.logIn(org, partner);
    await account.logIn(consumer);
    // Each has the password of its own.
    expectFailure(await account.call('login', { ...consumer, password: partner.password }), 401, 'Invalid credentials');
    const login = { email: partner.email, password: consumer.password };
    expectError(await app().api.post(org, '/partner/auth/login', login), 401, 'invalid_credentials');
  });

  it('the same email’s codes and sessions of one side are nothing on the other', async () => {
    const { account, scenario, api } = app();
    const partner = await scenario.register(org);
    const consumer: AccountUser = await account.signUp({ email: partner.email });
    const session = await scenario.logIn(org, partner);
    for (const operation of ['refreshToken', 'logout', 'requestEmailVerification'])
      expectFailure(await account.call(operation, {}, session), 401, 'Unauthorized', 'invalid_session');
    expect(await scenario.isLive(org, consumer.token)).to.equal(false);
    const { body } = expectStatus(await api.post(org, '/partner/auth/introspect', { token: consumer.token }), 200);
    expect(body).to.deep.equal({ active: false });
    const [theirs, ours] = [await scenario.sendResetCode(org, partner), await account.sendResetCode(consumer)];
    const reset = { email: partner.email, newPassword: 'another password', new_password: 'another password' };
    expectFailure(await account.call('resetPassword', { ...reset, code: theirs }), 400, 'Invalid or expired code');
    const path = '/partner/auth/forgot-password/reset';
    expectError(await api.post(org, path, { ...reset, code: ours }), 400, 'invalid_code');
    expect([await scenario.isLive(org, session), await account.isLive(consumer.token)]).to.deep.equal([true, true]);
  });
});

/** Each is first on its way by 0 to 48 ms, in turn. */
function atOnce(
  round: number,
  first: () => Promise<ApiResponse>,
  second: () => Promise<ApiResponse>,
): Promise<[ApiResponse, ApiResponse]> {
  const late = (ask: () => Promise<ApiResponse>) => sleep(((round >> 1) % 13) * 4).then(ask);
  return Promise.all(round % 2 === 0 ? [first(), late(second)] : [late(first), second()]);
}
