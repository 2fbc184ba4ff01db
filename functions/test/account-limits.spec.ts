import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/lib/clock.js';
import { LIMITS, type LimitName } from '../src/limits/limit-policy.js';
import { expectRefusal } from './support/account-answers.js';
import { type AccountUser, from, newAddress, newPhone, newSignup } from './support/account-scenario.js';
import { type ApiResponse, expectStatus } from './support/api-client.js';
import { codesTo, describeMemoryApp } from './support/describe-app.js';
import { times } from './support/describe-contract.js';
import { expectReplay, isReplayed } from './support/idempotent.js';
import { tally } from './support/load.js';
import { askLimited, exceededBy, standingsOf } from './support/rate-limits.js';
import { holdEach } from './support/test-clock.js';

const AT_ONCE = 50;

describeMemoryApp('Limits of the Account API', (app) => {
  holdEach(() => app().clock);
  /** Every 429 is checked: its envelope, `Retry-After` and the RateLimit fields. */
  async function call(operation: string, body: unknown, token?: string, address = newAddress()): Promise<ApiResponse> {
    const ask = () => app().account.call(operation, body, token, from(address));
    const response = await askLimited(app().clock, ask);
    if (response.status !== 429) return response;
    expect(exceededBy(response)).not.to.deep.equal([]);
    return expectRefusal(response, 429, response.body.error.code);
  }

  /** Asks until it is refused, well below the end of any window. Answers how often it was not, and the refusal. */
  async function untilRefused(ask: (index: number) => Promise<ApiResponse>, status: number) {
    for (let asked = 0; asked < 1_000; asked += 1) {
      const response = await ask(asked);
      if (response.status === 429) return { asked, response };
      expectStatus(response, status);
    }
    throw new Error('never refused');
  }

  /** So that no window ends in the middle of a test. */
  function beginHour(): void {
    app().clock.advance(HOUR_MS - (app().clock.now() % HOUR_MS) + SECOND_MS);
  }
  const quotaOf = (name: LimitName) => LIMITS[name].windows[0].limit;

  describe('of addresses', () => {
    let ada: AccountUser;
    beforeEach(async () => {
      beginHour();
      ada = await app().account.signUp();
    });
    const signups = quotaOf('account_signups');
    /** Of an email that is taken: counted like any other, and cheaper for a test. */
    const signUp = (address: string) => call('signup', newSignup({ email: ada.email }), undefined, address);

    /** So many and a few more, a few at a time. Answers a refusal. */
    async function expectQuota(quota: number, status: number, ask: (index: number) => Promise<ApiResponse>) {
      const answers: ApiResponse[] = [];
      while (answers.length < quota + AT_ONCE)
        answers.push(...(await Promise.all(times(AT_ONCE, (index) => ask(answers.length + index)))));
      const refused = answers.length - quota;
      expect(tally(answers.map((answer) => answer.status))).to.deep.equal({ [status]: quota, 429: refused });
      return answers.find((answer) => answer.status === 429) as ApiResponse;
    }

    it(`one IPv4 address signs up ${signups} times in an hour, and its neighbour as often`, async () => {
      const refused = await expectQuota(signups, 409, () => signUp('203.0.113.7'));
      expect(exceededBy(refused)).to.deep.equal(['signups1h']);
      expectStatus(await signUp('203.0.113.8'), 409);
      // Nothing but signing up.
      expectStatus(await call('login', ada, undefined, '203.0.113.7'), 200);
      app().clock.advance(HOUR_MS);
      expectStatus(await signUp('203.0.113.7'), 409);
    });

    it('all addresses of an IPv6 /64 are one, and the next /64 is another', async () => {
      await expectQuota(signups, 409, (index) => signUp(`2001:db8:1:2:${index.toString(16)}::1`));
      expectStatus(await signUp('2001:db8:1:3::1'), 409);
    });

    it('what a caller writes into X-Forwarded-For itself is nothing: the last hop is what counts', async () => {
      await expectQuota(signups, 409, (index) => signUp(`10.9.${index >> 8}.${index & 255}, 203.0.113.9`));
      expectStatus(await signUp('203.0.113.9, 203.0.113.10'), 409);
    });

    it('one address asks for so many codes to phones in an hour, as whichever users', async () => {
      const { limit } = LIMITS.address_texts.windows[0];
      const each = quotaOf('phone_verifications');
      // One user more than it takes, so that it is not theirs that is full.
      const users = await Promise.all(times(Math.ceil(limit / each) + 1, () => app().account.signUp()));
      const ask = (index: number, address?: string) =>
        call('requestPhoneVerification', { phone: newPhone() }, users[Math.floor(index / each)]?.token, address);
      for (let asked = 0; asked < limit; asked += 1) expectStatus(await ask(asked, '203.0.113.11'), 200);
      expect(exceededBy(await ask(limit, '203.0.113.11'))).to.deep.equal(['texts1h']);
      expectStatus(await ask(limit, '203.0.113.12'), 200);
    });

    it('every request counts for its address, whatever comes of it', async () => {
      const address = newAddress();
      const ask = () => call('refreshToken', {}, 'garbage', address);
      const refused = await expectQuota(quotaOf('public_requests'), 401, ask);
      expect(exceededBy(refused)).to.deep.equal(['public1m']);
      expectStatus(await call('refreshToken', {}, ada.token, address), 429);
      expectStatus(await call('refreshToken', {}, ada.token), 200);
    });
  });

  describe('of accounts', () => {
    let ada: AccountUser;
    beforeEach(async () => {
      beginHour();
      ada = await app().account.signUp();
    });

    it('10 logins from one client in ten minutes, and another client is served', async () => {
      const address = newAddress();
      const { asked, response } = await untilRefused(() => call('login', ada, undefined, address), 200);
      expect(asked).to.equal(quotaOf('client_password_tries'));
      expect(exceededBy(response)).to.deep.equal(['tries10m']);
      expectStatus(await call('login', ada), 200);
    });

    it('100 logins in a day from wherever they come', async () => {
      const { asked, response } = await untilRefused(() => call('login', ada), 200);
      expect(asked).to.equal(quotaOf('password_tries'));
      expect(exceededBy(response)).to.deep.equal(['tries1d']);
    });

    it('five wrong passwords in a row pause the client that tried them, at login and at changePassword', async () => {
      const [address, wrong] = [newAddress(), { email: ada.email, password: 'wrong' }];
      const { asked, response } = await untilRefused(() => call('login', wrong, undefined, address), 401);
      expect(asked).to.equal(5);
      expect([response.body.error.code, exceededBy(response)]).to.deep.equal(['locked_out', ['password_failures']]);
      const change = { oldPassword: ada.password, newPassword: 'another password' };
      expectStatus(await call('changePassword', change, ada.token, address), 429);
      expectStatus(await call('login', ada), 200);
      app().clock.advance(31 * SECOND_MS);
      expectStatus(await call('login', ada, undefined, address), 200);
    });

    it('who has no account is counted alike', async () => {
      const [address, nobody] = [newAddress(), newSignup()];
      const { asked } = await untilRefused(() => call('login', nobody, undefined, address), 401);
      expect(asked).to.equal(5);
    });
  });

  describe('of codes', () => {
    let ada: AccountUser;
    beforeEach(async () => {
      beginHour();
      ada = await app().account.signUp();
    });
    const sends = LIMITS.code_sends.windows[0].limit;

    it(`${sends} of each kind to one contact in ten minutes: signing up sends the first`, async () => {
      const verify = await untilRefused(() => call('requestEmailVerification', {}, ada.token), 200);
      expect(verify.asked).to.equal(sends - 1);
      const reset = await untilRefused(() => call('forgotPassword', { email: ada.email }), 200);
      expect(reset.asked).to.equal(sends);
      for (const { response } of [verify, reset]) expect(exceededBy(response)).to.deep.equal(['sends10m']);
      await app().drain();
      expect(codesTo(app().outbox, ada.email)).to.have.length(2 * sends);
      app().clock.advance(10 * MINUTE_MS);
      expectStatus(await call('requestEmailVerification', {}, ada.token), 200);
    });

    it('to one phone, whoever asks for them', async () => {
      const [eve, phone] = [await app().account.signUp(), newPhone()];
      const ask = (index: number) =>
        call('requestPhoneVerification', { phone }, index % 2 === 0 ? ada.token : eve.token);
      expect((await untilRefused(ask, 200)).asked).to.equal(sends);
      expect(codesTo(app().outbox, phone)).to.have.length(sends);
    });

    it('5 phones of one user in an hour, taken ones among them', async () => {
      const taken = await app().account.verifyPhone((await app().account.signUp()).token);
      const ask = (phone: string) => call('requestPhoneVerification', { phone }, ada.token);
      expectStatus(await ask(taken), 409);
      const { asked, response } = await untilRefused(() => ask(newPhone()), 200);
      expect(asked + 1).to.equal(quotaOf('phone_verifications'));
      expect(exceededBy(response)).to.deep.equal(['phones1h']);
      expect((await ask(taken)).status, 'nor does it tell any more whose a number is').to.equal(429);
    });
  });

  it('each answer tells where its caller stands', async () => {
    const answer = expectStatus(await call('signup', newSignup()), 200);
    expect([...standingsOf(answer).keys()]).to.include.members(['public1m', 'signups1h', 'sends10m']);
  });

  describe('Idempotency-Key at signup', () => {
    const send = (body: unknown, key: string, address: string) =>
      app().account.call('signup', body, undefined, {
        headers: { 'x-forwarded-for': address, 'idempotency-key': key },
      });

    it('gives the same answer again, and signs nobody up twice', async () => {
      const [body, key, address] = [newSignup(), randomUUID(), newAddress()];
      const first = expectStatus(await send(body, key, address), 200);
      expectReplay(await send(body, key, address), first);
      expect(codesTo(app().outbox, body.email)).to.have.length(1);
      // Of a network, not of an address in it.
      const v6 = [newSignup(), randomUUID()] as const;
      const signedUp = expectStatus(await send(...v6, '2001:db8:7:7::1'), 200);
      expectReplay(await send(...v6, '2001:db8:7:7::2'), signedUp);
    });

    it('is refused with another body, and is another key from another network', async () => {
      const [body, key, address] = [newSignup(), randomUUID(), newAddress()];
      expectStatus(await send(body, key, address), 200);
      expectRefusal(await send(newSignup(), key, address), 422, 'idempotency_mismatch');
      const elsewhere = await send(body, key, newAddress());
      expectRefusal(elsewhere, 409, 'already_exists');
      expect(isReplayed(elsewhere)).to.equal(false);
      expectStatus(await send(newSignup(), key, newAddress()), 200);
    });
  });
});
