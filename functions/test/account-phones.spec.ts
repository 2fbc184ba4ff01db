import { expect } from 'chai';
import { expectFailure, expectRefusal } from './support/account-answers.js';
import { race, wonBy } from './support/account-race.js';
import { AccountScenario, type AccountUser, from, newPhone } from './support/account-scenario.js';
import { AccountStore } from './support/account-store.js';
import { UncountedLimits } from './support/account-uncounted.js';
import { expectStatus } from './support/api-client.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { times } from './support/describe-contract.js';
import { dose } from './support/dose.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const CLAIMANTS = 20;
const ROUNDS = dose(2, 20);
const TAKEN = 'This phone number belongs to another account';

/** More codes are sent to one number than limits allow: each of many users holds one that is right. */
const uncounted = { ports: () => ({ limits: new UncountedLimits() }) };

describeApp(
  'A phone number is one user’s',
  (app) => {
    let store: AccountStore;
    before(() => {
      store = new AccountStore();
    });
    after(() => store.close());

    for (let round = 1; round <= ROUNDS; round += 1)
      it(`of ${CLAIMANTS} users who have proved it at once one has it, round ${round}`, () =>
        oneTakesIt(app(), store, app().account)).timeout(RACE_TIMEOUT_MS);

    describe('across 3 processes', () => {
      let served: ServedApp;
      before(async () => {
        served = await startServedApp(3);
      });
      after(() => served?.served.stop());

      for (let round = 1; round <= ROUNDS; round += 1)
        it(`of ${CLAIMANTS} users who have proved it at once one has it, round ${round}`, () =>
          oneTakesIt(app(), store, new AccountScenario(served.api, async () => ''))).timeout(RACE_TIMEOUT_MS);
    });
  },
  uncounted,
);

/** The codes are sent by one instance, and brought to those that are tried. */
async function oneTakesIt(app: TestApp, store: AccountStore, tried: AccountScenario): Promise<void> {
  const { token } = await app.account.signUp();
  const run = async (parallel: number) => {
    const phone = newPhone();
    const users = await Promise.all(times(parallel, () => app.account.signUp()));
    const codes: string[] = [];
    for (const { token } of users) codes.push(await app.account.sendPhoneCode(phone, token));
    const claim =
      ({ token }: AccountUser, index: number) =>
      () =>
        tried.call('verifyPhone', { phone, code: codes[index] }, token, from());
    const responses = await race('take-over', users.map(claim));
    const owners = await store.accounts({ phoneNumber: [phone] });
    const having = (await store.accounts({ localId: users.map(({ uid }) => uid) })).filter(
      ({ phoneNumber }) => phoneNumber === phone,
    );
    expect(having.length).to.be.at.most(1);
    expect(wonBy(responses).length).to.be.at.most(1);
    if (isOverloaded(responses)) return responses;
    const [winner] = wonBy(responses).map((index) => users[index]?.uid);
    expect(owners.map(({ localId }) => localId)).to.deep.equal([winner]);
    expect(having.map(({ localId }) => localId)).to.deep.equal([winner]);
    for (const { status, text } of responses) expect(status, text).to.be.oneOf([200, 400, 409, 429]);
    expect(await store.reserved([{ kind: 'phone', value: phone }])).to.deep.equal([]);
    return responses;
  };
  await calmly({ parallel: CLAIMANTS, run, probe: () => tried.call('refreshToken', {}, token, from()) });
}

describeApp('Phone numbers change hands', (app) => {
  let store: AccountStore;
  before(() => {
    store = new AccountStore();
  });
  after(() => store.close());
  const ownerOf = async (phone: string) => (await store.accounts({ phoneNumber: [phone] }))[0]?.localId;
  const noticesTo = (contact: string) =>
    app().outbox.messages.filter(({ to, purpose }) => to === contact && purpose === 'contact_changed').length;

  it('one that is somebody’s is refused, and nothing is sent there', async () => {
    const { account, outbox } = app();
    const [ada, eve] = [await account.signUp(), await account.signUp()];
    const phone = newPhone();
    const early = await account.sendPhoneCode(phone, eve.token);
    await account.verifyPhone(ada.token, phone);
    const sent = outbox.messages.length;
    expectFailure(await account.call('requestPhoneVerification', { phone }, eve.token), 409, TAKEN);
    expect(outbox.messages).to.have.length(sent);
    expectFailure(await account.call('verifyPhone', { phone, code: early }, eve.token), 409, TAKEN);
    expect(await ownerOf(phone)).to.equal(ada.uid);
    expect(await store.reserved([{ kind: 'phone', value: phone }])).to.deep.equal([]);
  });

  it('one that was replaced is free, and ends every session but the one that replaced it', async () => {
    const { account } = app();
    const [ada, eve] = [await account.signUp(), await account.signUp()];
    const other = await account.logIn(ada);
    const [first, second] = [await account.verifyPhone(ada.token), newPhone()];
    expect(await account.isLive(other), 'a first number ends nothing').to.equal(true);
    await account.verifyPhone(ada.token, second);
    expect([await account.isLive(ada.token), await account.isLive(other)]).to.deep.equal([true, false]);
    await account.verifyPhone(eve.token, first);
    expect([await ownerOf(first), await ownerOf(second)]).to.deep.equal([eve.uid, ada.uid]);
  });

  it('the user’s own, verified again, changes nothing and tells nobody', async () => {
    const { account, drain } = app();
    const ada = await account.signUp();
    const other = await account.logIn(ada);
    const phone = await account.verifyPhone(ada.token);
    await drain();
    const told = noticesTo(phone);
    await account.verifyPhone(ada.token, phone);
    await drain();
    expect(noticesTo(phone)).to.equal(told);
    expect(await account.isLive(other)).to.equal(true);
  });

  it('each verified address, and the number that was replaced, is told of a change once, however often it is asked for', async () => {
    const { account, drain, api } = app();
    const ada = await account.signUp();
    const [emailCode] = [await account.sendEmailCode(ada, ada.token)];
    expectStatus(await account.call('verifyEmail', { code: emailCode }, ada.token), 200);
    const first = await account.verifyPhone(ada.token);
    await drain();
    expect([noticesTo(ada.email), noticesTo(first)], 'of the first number').to.deep.equal([1, 1]);
    const second = newPhone();
    const code = await account.sendPhoneCode(second, ada.token);
    const headers = { 'idempotency-key': ada.uid };
    for (const _ of [1, 2]) {
      const response = await api.request('/auth/verifyPhone', {
        body: { phone: second, code },
        session: ada.token,
        headers,
      });
      expectStatus(response, 200);
    }
    expectRefusal(await account.call('verifyPhone', { phone: second, code }, ada.token), 400, 'invalid_code');
    await drain();
    await drain();
    expect([noticesTo(ada.email), noticesTo(second), noticesTo(first)], 'of the second').to.deep.equal([2, 1, 2]);
  });

  it('nobody is told at an address that was never verified', async () => {
    const { account, drain } = app();
    const ada = await account.signUp();
    await account.verifyPhone(ada.token);
    await drain();
    expect(noticesTo(ada.email)).to.equal(0);
  });
});
