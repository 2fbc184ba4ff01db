import { expect } from 'chai';
import { TEST_CODE } from '../src/contacts/test-contact.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { SO_SLOW } from './support/backend-recorder.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { describeApp, startEmulatorApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { Caller, NEW_PASSWORD } from './support/partner-caller.js';
import { standingsOf } from './support/rate-limits.js';
import type { ContactField } from './support/scenario.js';
import { times } from './support/spy-limit-store.js';
import { holdEach } from './support/test-clock.js';

const PARALLEL = dose(80, 200);
const FIELDS = ['email', 'phone_number'] as const satisfies readonly ContactField[];
const REAL = { email: 'ada.lovelace@acme.com', phone_number: '+12024561111' };
describeApp('An org for tests', (app) => {
  let org: TestOrg;
  let caller: Caller;
  before(async () => {
    org = await app().provision('Test', {}, 'test');
    caller = new Caller(app(), org);
  });
  holdEach(() => app().clock);

  /** Nothing has left, and nothing does when the queue is worked off. */
  afterEach(async () => {
    await app().drain();
    expect(app().outbox.messages).to.deep.equal([]);
  });

  for (const by of FIELDS) {
    it(`goes all the way with 000000, by ${by}`, async () => {
      const user = await caller.register();
      const sent = expectStatus(await caller.logIn(user, by), 200);
      expect([...standingsOf(sent).keys()].filter((name) => /^(sends|tries)/.test(name))).to.deep.equal([]);
      const { sessionToken } = expectStatus(await caller.verify(user, by), 200).body;
      expect(await app().scenario.isLive(org, sessionToken)).to.equal(true);
      expectStatus(await caller.sendReset(user, by), 200);
      expectStatus(await caller.reset(user, by), 200);
      expect(await app().scenario.isLive(org, sessionToken)).to.equal(false);
      expectError(await caller.logIn(user, by), 401, 'invalid_credentials');
      expectStatus(await caller.logIn(user, by, NEW_PASSWORD), 200);
    });
  }

  for (const codeLength of [4, 10]) {
    it(`takes 000000 where codes have ${codeLength} digits`, async () => {
      const own = new Caller(app(), await app().provision('Test', { codeLength }, 'test'));
      const user = await own.register();
      expectStatus(await own.logIn(user), 200);
      expectStatus(await own.verify(user), 200);
    });
  }

  it('sends as often as it is asked', async () => {
    const user = await caller.register();
    for (const _ of times(dose(20, 50), String)) expectStatus(await caller.logIn(user), 200);
    for (const _ of times(dose(20, 50), String)) expectStatus(await caller.sendReset(user), 200);
    for (const _ of times(dose(20, 50), String))
      expectStatus(await caller.sendReset({ email: 'nobody@example.com' }), 200);
  });

  it('lets the right password in after any number of wrong ones', async () => {
    const user = await caller.register();
    for (const by of FIELDS) {
      for (const turn of times(dose(12, 30), String))
        expectError(await caller.logIn(user, by, `wrong ${turn}`), 401, 'invalid_credentials');
      expectStatus(await caller.logIn(user, by), 200);
    }
  });

  it('compares five codes, then none until another is sent, which no pause keeps out', async () => {
    const user = await caller.register();
    for (const _ of times(3, String)) {
      expectStatus(await caller.logIn(user), 200);
      for (const turn of times(5, String))
        expectError(await caller.verify(user, 'email', `11111${turn}`), 400, 'invalid_code');
      expectError(await caller.verify(user), 400, 'invalid_code');
      expectStatus(await caller.sendReset(user), 200);
      for (const turn of times(5, String))
        expectError(await caller.reset(user, 'email', `11111${turn}`), 400, 'invalid_code');
      expectError(await caller.reset(user), 400, 'invalid_code');
    }
    expectStatus(await caller.logIn(user), 200);
    expectStatus(await caller.verify(user), 200);
    expectStatus(await caller.sendReset(user), 200);
    expectStatus(await caller.reset(user), 200);
  });

  it('takes a code once', async () => {
    const user = await caller.register();
    expectError(await caller.verify(user), 400, 'invalid_code');
    expectStatus(await caller.logIn(user), 200);
    expectStatus(await caller.verify(user), 200);
    expectError(await caller.verify(user), 400, 'invalid_code');
    expectStatus(await caller.sendReset(user), 200);
    expectStatus(await caller.reset(user), 200);
    expectError(await caller.reset(user), 400, 'invalid_code');
  });

  it(`opens one session with ${PARALLEL} times 000000 at once`, async () => {
    const probe = new FirestoreProbe();
    const run = async (parallel: number) => {
      const user = await caller.register();
      expectStatus(await caller.logIn(user), 200);
      const answers = await Promise.all(times(parallel, () => caller.verify(user)));
      const opened = answers.filter(({ status }) => status === 200);
      const sessions = await probe.sessionsOf(org.org.orgId, user.userId);
      expect(opened.length).to.be.at.most(1);
      expect(sessions.length).to.be.at.most(1);
      if (!isOverloaded(answers)) expect([opened.length, sessions.length]).to.deep.equal([1, 1]);
      return answers;
    };
    const ask = () => app().api.post(org, '/partner/auth/introspect', { token: '' });
    await calmly({ parallel: PARALLEL, run, probe: ask }).finally(() => probe.close());
  }).timeout(RACE_TIMEOUT_MS);

  it('sends nothing to contacts that somebody may have, and takes no 000000 from them', async () => {
    const user = await caller.register(REAL);
    for (const by of FIELDS) {
      expectStatus(await caller.logIn(user, by), 200);
      expectError(await caller.verify(user, by), 400, 'invalid_code');
      expectStatus(await caller.sendReset(user, by), 200);
      expectError(await caller.reset(user, by), 400, 'invalid_code');
    }
    for (const _ of times(2, String)) expectStatus(await caller.sendReset(user), 200);
    expectError(await caller.sendReset(user), 429, 'rate_limited');
  });

  it('does the same work for known and unknown contacts', async () => {
    const { passwords } = app().services;
    for (const domain of ['example.com', 'acme.com']) {
      const { email } = await caller.register({ email: `known@${domain}` });
      const [known, unknown] = [email, `unknown@${domain}`].map((value) => async () => {
        const send = () => passwords.sendResetCode(org.org, { kind: 'email', value });
        const { calls, hops } = (await app().backends.record(send, SO_SLOW)).recording;
        return { calls: [...calls].sort(), hops };
      });
      expect(await unknown?.()).to.deep.equal(await known?.());
    }
  });
});

/** What could be thought to turn it on. */
const SWITCHES = [
  'TEST_CODE',
  'TEST_CODES',
  'OTP_TEST_CODE',
  'STATIC_OTP',
  'GATEHOUSE_ENVIRONMENT',
  'SANDBOX',
  'DEBUG',
];

describe('An org for tests beside a live one (O-12)', () => {
  for (const value of [TEST_CODE, 'true', 'test']) {
    it(`is the only one that takes 000000, whatever the environment says: ${value}`, async () => {
      const env = Object.fromEntries(SWITCHES.map((name) => [name, value]));
      const app = await startEmulatorApp({ env });
      try {
        const live = new Caller(app, await app.provision('Live', {}, 'live'));
        const user = await live.register();
        for (const by of FIELDS) {
          expectStatus(await live.logIn(user, by), 200);
          expectError(await live.verify(user, by), 400, 'invalid_code');
          expectStatus(await live.sendReset(user, by), 200);
          expectError(await live.reset(user, by), 400, 'invalid_code');
        }
        await app.drain();
        expect(app.outbox.messages.map(({ code }) => code))
          .to.have.length(4)
          .and.not.to.include(TEST_CODE);
        const test = new Caller(app, await app.provision('Test', {}, 'test'));
        const tester = await test.register();
        expectStatus(await test.logIn(tester), 200);
        expectStatus(await test.verify(tester), 200);
      } finally {
        await app.close();
      }
    });
  }
});
