import { expect } from 'chai';
import type { UserId } from '../src/users/user-id.js';
import type { ApiResponse, TestOrg } from './support/api-client.js';
import { expectError, expectStatus } from './support/api-client.js';
import { callsDuring, writesOf } from './support/backend-log.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { describeApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { askLimited, exceededBy } from './support/rate-limits.js';
import { BY } from './support/records.js';
import type { ContactField, TestUser } from './support/scenario.js';
import { newRegistration, wrongCode } from './support/scenario.js';
import { times } from './support/spy-limit-store.js';
import { holdEach } from './support/test-clock.js';

const LOGIN = '/partner/auth/login';
const SEND = '/partner/auth/forgot-password/send-otp';
const RESET = '/partner/auth/forgot-password/reset';
const PARALLEL = dose(120, 200);
const FLOOD = dose(100, 1_000);
/** From one network, and from many the hundred that lock an account. */
const GUESSES = dose(300, 1_000);

describeApp('Limits of contacts and accounts', (app) => {
  let org: TestOrg;
  before(async () => {
    // What follows comes in bursts, which an emulator that has just started is too slow for.
    const cold = await app().provision();
    const send = () => app().api.post(cold, SEND, { email: newRegistration().email });
    for (const count of [1, 20, 50, 50]) await Promise.all(times(count, send));
    await app().drain();
  });
  beforeEach(async () => {
    org = await app().provision('Limits', { limits: { address1m: 6_000 } });
  });
  holdEach(() => app().clock);

  /** One request of an end user at some address. Every 429 is checked. */
  function ask(path: string, body: unknown, address?: string): Promise<ApiResponse> {
    const headers = address === undefined ? {} : { 'x-end-user-ip': address };
    return askLimited(app().clock, () => app().api.request(path, { org, body, headers }));
  }

  const logIn = ({ email, password }: TestUser, address?: string) => ask(LOGIN, { email, password }, address);
  const guess = ({ email }: TestUser, address?: string) => ask(LOGIN, { email, password: 'wrong one' }, address);

  async function messagesTo(contact: string): Promise<number> {
    await app().drain();
    return app().outbox.messages.filter(({ to }) => to === contact).length;
  }

  /** Requests at once of one user, which all meet in one document: three are sent, and the others refused, as `look` sees. */
  function burst(
    request: (user: TestUser, index: number) => Promise<ApiResponse>,
    look: (refused: readonly ApiResponse[]) => void,
  ): Promise<void> {
    const run = async (parallel: number) => {
      const user = await app().scenario.register(org);
      const answers = await Promise.all(times(parallel, (index) => request(user, index)));
      expect(await messagesTo(user.email), 'messages').to.be.at.most(3);
      if (isOverloaded(answers)) return answers;
      expect(tally(answers)).to.deep.equal({ 200: 3, 429: parallel - 3 });
      expect(await messagesTo(user.email), 'messages').to.equal(3);
      look(answers.filter(({ status }) => status === 429));
      return answers;
    };
    return calmly({ parallel: PARALLEL, run, probe: () => logIn({ ...newRegistration(), userId: '' }) });
  }

  for (const varied of [false, true]) {
    const from = varied ? ', each from another address' : '';
    const addressOf = (index: number) => (varied ? `2001:db8:${index.toString(16)}::1` : undefined);

    it(`A-01: of ${PARALLEL} parallel reset codes to one contact exactly 3 are sent${from}`, async () => {
      await burst(
        ({ email }, index) => ask(SEND, { email }, addressOf(index)),
        (refused) => {
          for (const answer of refused) expect(exceededBy(answer)).to.deep.equal(['sends10m']);
        },
      );
    }).timeout(RACE_TIMEOUT_MS);

    it(`A-01: of ${PARALLEL} parallel logins of one user exactly 3 are sent a code${from}`, async () => {
      await burst(
        (user, index) => logIn(user, addressOf(index)),
        (refused) => {
          // Of one client no more than ten tries are looked at, of many no more than a hundred.
          const [window, most] = varied ? ['tries1d', 100] : ['tries10m', 10];
          const tries = 3 + refused.length > most ? [window] : [];
          expect([...new Set(refused.flatMap(exceededBy))].sort()).to.deep.equal(['sends10m', ...tries]);
        },
      );
    }).timeout(RACE_TIMEOUT_MS);
  }

  it('a flood that is refused costs no writes', async () => {
    const user = await app().scenario.register(org);
    const { email } = await app().scenario.register(org);
    const floods: Readonly<Record<string, () => Promise<ApiResponse>>> = {
      'reset codes': () => ask(SEND, { email }, '192.0.2.1'),
      'wrong passwords': () => guess(user, '192.0.2.1'),
    };
    for (const [name, request] of Object.entries(floods)) {
      for (const _ of times(8, String)) await request();
      expectStatus(await request(), 429);
      const permits = permitWrites();
      const { result, calls } = await callsDuring(app(), () => Promise.all(times(FLOOD, request)));
      permits.stop();
      expect(tally(result), name).to.deep.equal({ 429: FLOOD });
      // The org's permits, which every request takes, are bought in batches.
      console.log(
        `      ${FLOOD} refused ${name}: ${writesOf(calls)} writes, ${permits.count} of them for the org's permits`,
      );
      expect(writesOf(calls) - permits.count, name).to.equal(0);
    }
  });

  /** Counts the writes of quotas that all requests of an org share. */
  function permitWrites() {
    const { limits } = app().ports;
    const change = limits.change.bind(limits);
    const counted = {
      count: 0,
      stop: () => {
        limits.change = change;
      },
    };
    limits.change = (key, changes, purgeAt) => {
      if (changes.every(({ field }) => /^(credential|org|address)1m_/.test(field))) counted.count += 1;
      return change(key, changes, purgeAt);
    };
    return counted;
  }

  /** @see CVE-2024-1722 a lockout was a way to keep somebody out */
  describe('A-08: wrong passwords of others do not keep the owner out', () => {
    it(`${GUESSES} of them from one network`, async () => {
      const user = await app().scenario.register(org);
      const statuses: Record<number, number> = {};
      for (let sent = 0; sent < GUESSES; sent += 50) {
        const answers = await Promise.all(times(50, (index) => guess(user, `2001:db8:bad:1::${index}`)));
        for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
      }
      console.log(`      A-08: ${GUESSES} wrong passwords from one network: ${JSON.stringify(statuses)}`);
      expect(statuses[401]).to.be.at.most(10);
      expectStatus(await logIn(user, '198.51.100.4'), 200);
      expectStatus(await app().scenario.verify(org, user, app().outbox.messages.at(-1)?.code ?? ''), 200);
      expectError(await logIn(user, '2001:db8:bad:1::ffff'), 429, 'locked_out');
    });

    it('100 of them from many networks lock the account, and one reset opens it', async () => {
      const user = await app().scenario.register(org);
      for (const network of times(25, (index) => `2001:db8:${index}::1`))
        for (const _ of times(4, String)) expectError(await guess(user, network), 401, 'invalid_credentials');
      const home = '198.51.100.4';
      const refused = expectError(await logIn(user, home), 429, 'locked_out');
      expect(refused.headers.get('retry-after')).to.equal('3600');
      expectError(await ask(LOGIN, { phone_number: user.phone_number, password: user.password }), 429, 'locked_out');
      const code = await app().scenario.sendResetCode(org, user);
      const password = 'a new password';
      expectStatus(await ask(RESET, { email: user.email, code, new_password: password }), 200);
      expectStatus(await logIn({ ...user, password }, home), 200);
      expectStatus(await app().scenario.verify(org, user, app().outbox.messages.at(-1)?.code ?? ''), 200);
    });
  });

  it('an admin unlocks an account, passwords and codes', async () => {
    const user = await app().scenario.register(org);
    const code = await app().scenario.sendLoginCode(org, user);
    for (const _ of times(5, String)) expectStatus(await app().scenario.verify(org, user, wrongCode(code)), 400);
    for (const _ of times(5, String)) expectError(await guess(user, '198.51.100.4'), 401, 'invalid_credentials');
    expectError(await logIn(user, '198.51.100.4'), 429, 'locked_out');
    const { orgId: id, tenantId } = org.org;
    await app().services.userAdmin.unlock({ id, tenantId }, user.userId as UserId, BY);
    expectStatus(await logIn(user, '198.51.100.4'), 200);
    expectStatus(await app().scenario.verify(org, user, app().outbox.messages.at(-1)?.code ?? ''), 200);
  });

  it('the email and the phone number of a user are one account', async () => {
    const user = await app().scenario.register(org);
    const tryBy = (by: ContactField, password = 'wrong one') => ask(LOGIN, { [by]: user[by], password });
    for (const by of ['email', 'phone_number', 'email', 'phone_number', 'email'] as const)
      expectError(await tryBy(by), 401, 'invalid_credentials');
    for (const by of ['email', 'phone_number'] as const) expectError(await tryBy(by, user.password), 429, 'locked_out');
    app().clock.advance(31_000);
    expectStatus(await tryBy('phone_number', user.password), 200);
  });

  it('a contact that nobody has is an account of its own, its failures too', async () => {
    const [one, other] = [newRegistration(), newRegistration()];
    for (const _ of times(5, String))
      expectError(await ask(LOGIN, { email: one.email, password: 'wrong one' }), 401, 'invalid_credentials');
    expectError(await ask(LOGIN, { email: one.email, password: 'wrong one' }), 429, 'locked_out');
    expectError(await ask(LOGIN, { email: other.email, password: 'wrong one' }), 401, 'invalid_credentials');
  });

  it('each org counts tries for itself', async () => {
    const { email } = newRegistration();
    for (const _ of times(5, String)) await ask(LOGIN, { email, password: 'wrong one' });
    expectError(await ask(LOGIN, { email, password: 'wrong one' }), 429, 'locked_out');
    const other = await app().provision();
    const elsewhere = await app().api.post(other, LOGIN, { email, password: 'wrong one' });
    expectError(elsewhere, 401, 'invalid_credentials');
  });

  it('A-01: all orgs together send no contact more than one may, of each kind of message', async () => {
    const orgs = await Promise.all(times(3, () => app().provision()));
    const contact = newRegistration();
    const users = await Promise.all(orgs.map((one) => app().scenario.register(one, contact)));
    const [first, second, third] = orgs as [TestOrg, TestOrg, TestOrg];
    const { email, password } = { ...contact, ...users[0] };
    for (const [path, body] of [
      [SEND, { email }],
      [LOGIN, { email, password }],
    ] as const) {
      for (const one of [first, second, first]) expectStatus(await app().api.post(one, path, body), 200);
      for (const one of orgs) expect(exceededBy(await app().api.post(one, path, body))).to.deep.equal(['sends10m']);
    }
    expect(await messagesTo(email)).to.equal(6);
    expectStatus(await app().api.post(third, SEND, { email: newRegistration().email }), 200);
  });
});

function tally(answers: readonly ApiResponse[]): Record<number, number> {
  const statuses: Record<number, number> = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}
