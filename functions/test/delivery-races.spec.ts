import { expect } from 'chai';
import type { OrgSettings } from '../src/orgs/org-settings.js';
import type { ApiResponse, TestOrg } from './support/api-client.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { describeApp, startEmulatorApp, type TestApp } from './support/describe-app.js';
import { atOnce, dose } from './support/dose.js';
import { exceededBy } from './support/rate-limits.js';
import { newRegistration, type TestUser } from './support/scenario.js';
import { times } from './support/spy-limit-store.js';

const PUMPED = dose(80, 1_000);
const PARALLEL = dose(80, 200);
/** As many at once as the emulator takes. */
const WAVE = 150;
const LOGIN = '/partner/auth/login';
const SEND_RESET = '/partner/auth/forgot-password/send-otp';
/** How many are registered at once: that is not what is raced here. */
const REGISTERED_AT_ONCE = 25;

const AREAS = [347, 646, 718, 917];
const BLOCKS = 350;
let lastBlock = Math.floor(Math.random() * BLOCKS * AREAS.length);

describeApp('Races for messages', (app) => {
  /** Three instances on one database. */
  let instances: TestApp[];
  let warm: TestOrg;

  before(async () => {
    instances = [app(), await startEmulatorApp(), await startEmulatorApp()];
    await warmUp();
  });
  after(() => Promise.all(instances.slice(1).map((one) => one.close())));

  const provision = (settings: Partial<OrgSettings> = {}) =>
    app().provision('Races', { limits: { address1m: 6_000 }, ...settings });
  const instance = (index: number) => instances[index % instances.length] ?? app();
  const logIn = (org: TestOrg, { phone_number, password }: TestUser, at = 0) =>
    instance(at).api.post(org, LOGIN, { phone_number, password });
  const drain = () => Promise.all(instances.map((one) => one.drain()));
  const sent = () => instances.flatMap(({ outbox }) => outbox.messages);
  const sentTo = (contact: string) => sent().filter(({ to }) => to === contact).length;

  /** Of a block of numbers that nobody else has, or each of another block. */
  async function register(org: TestOrg, count: number, spread = false): Promise<TestUser[]> {
    const blocks = times(spread ? count : 1, () => newBlock());
    const numberOf = (index: number) => `${blocks[index % blocks.length]}${String(1_000 + index)}`;
    return atOnce(REGISTERED_AT_ONCE, times(count, numberOf), (phone_number) =>
      app().scenario.register(org, { phone_number }),
    );
  }

  /** The emulator is a JVM: its first hundreds of commits are slow enough to run into our deadlines. */
  async function warmUp(): Promise<void> {
    warm = await provision();
    const [user] = await register(warm, 1);
    if (user === undefined) return;
    for (const count of [1, 20, 50, 50])
      await Promise.all(
        times(count, (index) => (index % 2 === 0 ? logIn(warm, user, index) : reset(warm, user, index))),
      );
    await drain();
  }

  const reset = (org: TestOrg, { phone_number }: Pick<TestUser, 'phone_number'>, at = 0) =>
    instance(at).api.post(org, SEND_RESET, { phone_number });

  const wellDone = (answers: readonly ApiResponse[]) => answers.filter(({ status }) => status === 200).length;
  const raced = (parallel: number, run: (parallel: number) => Promise<readonly ApiResponse[]>) =>
    calmly({ parallel, run, probe: () => reset(warm, newRegistration()), limitedBy: () => app().clock.now() });

  it(`A-01: of ${PARALLEL} parallel logins to one number exactly 3 messages leave, over three instances`, () =>
    raced(PARALLEL, async (parallel) => {
      const org = await provision();
      const [user] = await register(org, 1);
      if (user === undefined) throw new Error('nobody is registered');
      const answers = await Promise.all(times(parallel, (index) => logIn(org, user, index)));
      expect(sentTo(user.phone_number)).to.be.at.most(3);
      if (isOverloaded(answers)) return answers;
      expect(sentTo(user.phone_number)).to.equal(3);
      expect(wellDone(answers)).to.equal(3);
      // What other instances have yet to give back may make the longer windows look full for the moment.
      const named = new Set(answers.filter(({ status }) => status !== 200).flatMap(exceededBy));
      expect([...named].filter((name) => !/^(sends|tries)/.test(name))).to.deep.equal([]);
      return answers;
    })).timeout(RACE_TIMEOUT_MS);

  it(`A-01: of ${PARALLEL} parallel resets of one number in four orgs exactly 3 messages leave`, () =>
    raced(PARALLEL, async (parallel) => {
      const orgs = await Promise.all(times(4, () => provision()));
      const phone_number = `${newBlock()}1000`;
      await Promise.all(orgs.map((org) => app().scenario.register(org, { phone_number })));
      const ask = (index: number) => reset(orgs[index % 4] as TestOrg, { phone_number }, index);
      const answers = await Promise.all(times(parallel, ask));
      await drain();
      expect(sentTo(phone_number)).to.be.at.most(3);
      if (isOverloaded(answers)) return answers;
      expect(sentTo(phone_number)).to.equal(3);
      expect(wellDone(answers)).to.equal(3);
      return answers;
    })).timeout(RACE_TIMEOUT_MS);

  it(`A-06: of ${PUMPED} pumped numbers in one prefix 50 are sent a code, and the next prefix is served`, () =>
    raced(WAVE, async (parallel) => {
      const orgs = await Promise.all(times(2, () => provision()));
      const org = orgs[0] as TestOrg;
      const users = await register(org, PUMPED);
      const numbers = new Set(users.map(({ phone_number }) => phone_number));
      const answers = await atOnce(parallel, users, (user, index) => logIn(org, user, index));
      // And by the other way, whose answers tell nothing.
      await Promise.all(users.slice(0, 20).map((user, index) => reset(org, user, index)));
      await drain();
      const messages = sent().filter(({ to }) => numbers.has(to)).length;
      console.log(`      A-06: ${PUMPED} pumped numbers: ${messages} messages`);
      expect(messages).to.be.at.most(50);
      if (isOverloaded(answers)) return answers;
      expect(messages).to.equal(50);
      for (const answer of answers.filter(({ status }) => status !== 200))
        expect(exceededBy(answer)).to.deep.equal(['sms_prefix']);
      const [neighbour] = await register(org, 1);
      if (neighbour !== undefined) expect((await logIn(org, neighbour)).status).to.equal(200);
      return answers;
    })).timeout(RACE_TIMEOUT_MS);

  it('stops at exactly the daily cap over three instances, and tells the admins once each', () =>
    raced(60, async (parallel) => {
      const org = await provision({ smsPerDay: 20 });
      // To each instance as many as the cap: what one has bought and not used is kept from the others.
      const users = await register(org, 60, true);
      const answers = await atOnce(parallel, users, (user, index) => logIn(org, user, index));
      const messages = sent().filter(({ orgId }) => orgId === org.org.orgId).length;
      expect(messages).to.be.at.most(20);
      if (isOverloaded(answers)) return answers;
      expect(messages).to.equal(20);
      await Promise.all(instances.map(({ services }) => services.background.idle()));
      const told = (await app().ports.audit.latest(50, org.org.orgId)).map(({ action }) => action);
      expect(told.filter((action) => action.startsWith('org.sms_cap')).sort()).to.deep.equal([
        'org.sms_cap_near',
        'org.sms_cap_reached',
      ]);
      return answers;
    })).timeout(RACE_TIMEOUT_MS);
});

/** Of ten thousand numbers each; in area codes that no other test uses. */
function newBlock(): string {
  lastBlock = (lastBlock + 1) % (BLOCKS * AREAS.length);
  return `+1${AREAS[Math.floor(lastBlock / BLOCKS)]}${200 + (lastBlock % BLOCKS)}`;
}
