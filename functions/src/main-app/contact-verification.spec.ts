import { expect } from 'chai';
import { times } from '../../test/support/describe-contract.js';
import { checkedPhone, MainAppDesk } from '../../test/support/main-app-desk.js';
import { wrongCode } from '../../test/support/scenario.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { TRIES_PER_CODE } from '../codes/code-policy.js';
import type { Contact } from '../contacts/contact.js';
import { MAIN_POOL } from '../identity/pool.js';
import { HOUR_MS, MINUTE_MS } from '../lib/clock.js';
import { LIMITS } from '../limits/limit-policy.js';
import type { AccountCaller } from './account-sessions.js';

const CODE_LIFETIME_MS = 10 * MINUTE_MS;

describe('ContactVerification', () => {
  let desk: MainAppDesk;
  let ada: AccountCaller;
  let eve: AccountCaller;
  const phone = checkedPhone();
  beforeEach(async () => {
    desk = new MainAppDesk();
    [ada, eve] = [await desk.enroll(), await desk.enroll()];
  });

  const emailOf = ({ user }: AccountCaller): Contact => ({ kind: 'email', value: user.email ?? '' });
  const verifyEmail = (caller: AccountCaller, code: string) =>
    desk.services.verification.verifyEmail(caller.user, code);
  const verifyPhone = (caller: AccountCaller, code: string, number = phone) =>
    desk.services.verification.verifyPhone(caller, number, code, 'en');
  const isVerified = async ({ user }: AccountCaller) => (await desk.identity(user.uid))?.emailVerified;
  const phoneOf = async ({ user }: AccountCaller) => (await desk.identity(user.uid))?.phone;

  /** Each sends another code than any that is known. */
  async function sendEmailCode(caller = ada): Promise<string> {
    await desk.services.verification.sendEmailCode(caller.user, 'en');
    return desk.codeTo(emailOf(caller));
  }
  async function sendPhoneCode(caller = ada, number = phone, address = '203.0.113.7'): Promise<string> {
    await desk.services.verification.sendPhoneCode(caller.user, number, { address, agent: null }, 'en');
    return desk.codeTo(number);
  }
  async function sendResetCode(caller = ada): Promise<string> {
    await desk.sendReset(emailOf(caller));
    return desk.codeTo(emailOf(caller));
  }

  it('verifies an email, once for each code', async () => {
    const code = await sendEmailCode();
    await verifyEmail(ada, code);
    expect(await isVerified(ada)).to.equal(true);
    await expectCode(verifyEmail(ada, code), 'invalid_code');
  });

  it('verifies a phone number, once for each code', async () => {
    const code = await sendPhoneCode();
    await verifyPhone(ada, code);
    expect(await phoneOf(ada)).to.equal(phone.value);
    await expectCode(verifyPhone(ada, code), 'invalid_code');
  });

  it('has one winner of 20 with one code', async () => {
    const [emailCode, phoneCode] = [await sendEmailCode(), await sendPhoneCode()];
    for (const verify of [() => verifyEmail(ada, emailCode), () => verifyPhone(ada, phoneCode)]) {
      const results = await Promise.allSettled(times(20, verify));
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    }
  });

  it('takes the last code alone, and none that is over', async () => {
    const [first, second] = [await sendEmailCode(), await sendEmailCode()];
    if (first !== second) await expectCode(verifyEmail(ada, first), 'invalid_code');
    desk.clock.advance(CODE_LIFETIME_MS);
    await expectCode(verifyEmail(ada, second), 'invalid_code');
    expect(await isVerified(ada)).to.equal(false);
  });

  describe('keeps purposes apart, each with a live code:', () => {
    const PURPOSES = [
      { name: 'an email', send: sendEmailCode, use: (code: string) => verifyEmail(ada, code) },
      { name: 'a phone number', send: sendPhoneCode, use: (code: string) => verifyPhone(ada, code) },
      { name: 'a new password', send: sendResetCode, use: (code: string) => desk.reset(emailOf(ada), code) },
    ];
    for (const { name, send, use } of PURPOSES)
      for (const other of PURPOSES.filter((one) => one.name !== name))
        it(`the code for ${other.name} is none for ${name}`, async () => {
          const [own, foreign] = [await send(), await other.send()];
          if (own !== foreign) await expectCode(use(foreign), 'invalid_code');
          await other.use(foreign);
        });
  });

  it('takes no code where none was sent for the purpose', async () => {
    const code = await sendPhoneCode();
    await expectCode(desk.reset(emailOf(ada), code), 'invalid_code');
    await expectCode(verifyPhone(ada, await sendEmailCode(), checkedPhone()), 'invalid_code');
  });

  describe('binds a code to', () => {
    it('its user: nobody else can use it', async () => {
      const [emailCode, phoneCode] = [await sendEmailCode(), await sendPhoneCode()];
      await expectCode(verifyEmail(eve, emailCode), 'invalid_code');
      await expectCode(verifyPhone(eve, phoneCode), 'invalid_code');
      await sendPhoneCode(eve, checkedPhone());
      await expectCode(verifyPhone(eve, phoneCode), 'invalid_code');
      expect([await isVerified(eve), await phoneOf(eve)]).to.deep.equal([false, null]);
      await verifyPhone(ada, phoneCode);
    });

    it('its number: the user can verify no other with it', async () => {
      const [code, other] = [await sendPhoneCode(), checkedPhone()];
      await expectCode(verifyPhone(ada, code, other), 'invalid_code');
      expect(await desk.reserved(other)).to.deep.equal([]);
      await verifyPhone(ada, code);
      expect(await phoneOf(ada)).to.equal(phone.value);
    });

    it('its email: not to the one that the user has had since', async () => {
      const code = await sendEmailCode();
      const moved = { ...ada, user: { ...ada.user, email: 'somewhere.else@example.com' } };
      await expectCode(verifyEmail(moved, code), 'invalid_code');
      expect(await isVerified(ada)).to.equal(false);
    });
  });

  it('counts wrong codes of each purpose by itself', async () => {
    const [emailCode, phoneCode] = [await sendEmailCode(), await sendPhoneCode()];
    for (let distance = 1; distance <= TRIES_PER_CODE; distance += 1) {
      await expectCode(verifyEmail(ada, wrongCode(emailCode, distance)), 'invalid_code');
      desk.clock.advance(MINUTE_MS);
    }
    await expectCode(verifyEmail(ada, emailCode), 'invalid_code');
    await verifyPhone(ada, phoneCode);
  });

  describe('of numbers, sends', () => {
    it('no code to one that is somebody else’s', async () => {
      await verifyPhone(ada, await sendPhoneCode());
      const sent = desk.provider.handed.length;
      await expectCode(sendPhoneCode(eve), 'already_exists');
      expect(desk.provider.handed).to.have.length(sent);
    });

    it('a code to one that is the user’s own', async () => {
      await verifyPhone(ada, await sendPhoneCode());
      await verifyPhone(ada, await sendPhoneCode());
      expect(await phoneOf(ada)).to.equal(phone.value);
    });

    it('codes to five of a user in an hour, those that were refused among them', async () => {
      await verifyPhone(ada, await sendPhoneCode());
      for (const _ of times(4, String)) await expectCode(sendPhoneCode(eve), 'already_exists');
      await sendPhoneCode(eve, checkedPhone());
      await expectCode(sendPhoneCode(eve, checkedPhone()), 'rate_limited');
      await expectCode(sendPhoneCode(eve), 'rate_limited');
      desk.clock.advance(HOUR_MS);
      await sendPhoneCode(eve, checkedPhone());
    });
  });

  it('sends one address a hundred text messages in an hour at most, whoever it says it is', async () => {
    await verifyPhone(ada, await sendPhoneCode(ada, phone, '198.51.100.1'));
    const { limit } = LIMITS.address_texts.windows[0];
    const callers = await Promise.all(times(limit / 5, () => desk.enroll()));
    for (const caller of callers)
      for (const _ of times(5, String)) await expectCode(sendPhoneCode(caller), 'already_exists');
    await expectCode(sendPhoneCode(eve), 'rate_limited');
    await expectCode(sendPhoneCode(eve, phone, '198.51.100.2'), 'already_exists');
    desk.clock.advance(HOUR_MS);
    await sendPhoneCode(eve, checkedPhone());
  });

  it('has nothing to send to, or to verify, of a user without an email', async () => {
    const user = { ...ada.user, email: null };
    await expectCode(desk.services.verification.sendEmailCode(user, 'en'), 'invalid_request');
    await expectCode(desk.services.verification.verifyEmail(user, '123456'), 'invalid_request');
  });

  it('has no session for a user who was deleted while verifying', async () => {
    const [emailCode, phoneCode] = [await sendEmailCode(), await sendPhoneCode()];
    await desk.memory.identities.delete(MAIN_POOL, ada.user.uid);
    await expectCode(verifyEmail(ada, emailCode), 'invalid_session');
    await expectCode(verifyPhone(ada, phoneCode), 'invalid_session');
  });

  it('keeps no code that surely did not arrive', async () => {
    desk.provider.script.email.push(HANDOVERS.badNumber);
    await expectCode(sendEmailCode(), 'delivery_failed');
    const { message } = desk.provider.handed.at(-1) ?? {};
    await expectCode(verifyEmail(ada, message?.code ?? ''), 'invalid_code');
  });
});
