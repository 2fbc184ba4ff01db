import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { UserId } from '../src/users/user-id.js';
import type { ApiResponse, TestOrg } from './support/api-client.js';
import { auc } from './support/auc.js';
import { describeApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { BY } from './support/records.js';
import { type ContactField, newRegistration, type TestUser } from './support/scenario.js';

/** Per class and route; E-02 asks for 1,000. Twenty spread by 0.09: a send in the request would show as 1. */
const SAMPLES = Number(process.env['GATEHOUSE_TIMING_SAMPLES'] ?? 1_000);
const DOSE = dose<Dose>({ samples: 20, within: [0.1, 0.9] }, { samples: SAMPLES, within: [0.45, 0.55] });
/** So many of each class ask at once, each class in turn: whatever slows the machine slows all of them. */
const PEOPLE = 10;
/** So many of each class have their accounts locked. */
const LOCKED = dose(3, PEOPLE);
/** After so many days every limit has begun anew. */
const NEW_LIMITS_MS = 31 * 86_400_000;
/** What a call to a backend takes in production, about. Milliseconds. */
const LATENCY = { min: 5, max: 40 };
const PROVIDER_LATENCY = { min: 50, max: 400 };

interface Dose {
  readonly samples: number;
  readonly within: readonly [number, number];
}

type Class = 'known' | 'unknown' | 'suspended';
const CLASSES: readonly Class[] = ['known', 'unknown', 'suspended'];

/** @see CVE-2024-41952, security.md E-02 */
describeApp('E-02: response times do not tell who has an account', (app) => {
  let org: TestOrg;
  let people: Record<Class, TestUser>[];
  const rows: Record<string, Record<string, number>> = {};

  before(async () => {
    org = await app().provision();
    people = await Promise.all(Array.from({ length: PEOPLE }, newPeople));
    app().backends.fault = async ({ backend }, proceed) => {
      const { min, max } = backend === 'outbox' ? PROVIDER_LATENCY : LATENCY;
      await sleep(randomInt(min, max));
      return proceed();
    };
  });
  after(() => {
    app().backends.fault = undefined;
    console.table(rows);
  });

  async function newPeople(): Promise<Record<Class, TestUser>> {
    const { scenario, services } = app();
    const { orgId: id, tenantId } = org.org;
    const suspended = await scenario.register(org);
    await services.userAdmin.change({ id, tenantId }, suspended.userId as UserId, { status: 'suspended' }, BY);
    return { known: await scenario.register(org), unknown: { userId: '', ...newRegistration() }, suspended };
  }

  /** Milliseconds of each class's requests, asked for in turn. Each turn waits for what `settled` does, and is not timed. */
  async function sample(
    status: number,
    ask: (user: TestUser) => Promise<ApiResponse>,
    settled: () => Promise<void> = async () => {},
  ): Promise<Record<Class, number[]>> {
    const times: Record<Class, number[]> = { known: [], unknown: [], suspended: [] };
    while (times.known.length < DOSE.samples) {
      await Promise.all(
        people.map(async (one) => {
          for (const kind of shuffled(CLASSES)) times[kind].push(await timed(status, () => ask(one[kind])));
        }),
      );
      app().queue.jobs.splice(0);
      await settled();
      app().clock.advance(NEW_LIMITS_MS);
    }
    return times;
  }

  function judge(name: string, { known, unknown, suspended }: Record<Class, number[]>): void {
    const scores = { 'known/unknown': auc(known, unknown), 'known/suspended': auc(known, suspended) };
    rows[name] = { samples: known.length, ...scores };
    for (const [pair, score] of Object.entries(scores))
      expect(score, `${name}: ${pair}`).to.be.within(DOSE.within[0], DOSE.within[1]);
  }

  /** Works the queue off beside the requests, as an instance that serves both would. */
  function workBeside() {
    const { queue, services } = app();
    const enqueue = queue.enqueue.bind(queue);
    const working: Promise<unknown>[] = [];
    queue.enqueue = async (payload) => {
      working.push(services.jobs.run(payload));
    };
    const settled = async () => {
      await Promise.all(working.splice(0));
    };
    return { settled, stop: () => Object.assign(queue, { enqueue }) };
  }

  const post = (path: string, body: unknown) => app().api.post(org, `/partner/auth/${path}`, body);

  /** Of the usual dose twenty samples may lie so by chance, once in thousands of runs; what leaks does each time. */
  const itTells = (title: string, judged: () => Promise<void>) => it(title, judged).retries(dose(2, 0));

  for (const by of ['email', 'phone_number'] as const satisfies readonly ContactField[]) {
    itTells(`login with a wrong password by ${by}`, async () => {
      judge(
        `wrong password by ${by}`,
        await sample(401, (user) => post('login', { [by]: user[by], password: 'wrong' })),
      );
    });

    for (const isWorked of [false, true]) {
      const name = `forgot-password by ${by}${isWorked ? ', messages sent beside it' : ''}`;
      itTells(name, async () => {
        const ask = (user: TestUser) => post('forgot-password/send-otp', { [by]: user[by] });
        const before = app().outbox.messages.length;
        const beside = isWorked ? workBeside() : null;
        const times = await sample(200, ask, beside?.settled);
        beside?.stop();
        // To those who are known, and to nobody else.
        const sent = isWorked ? times.known.length : 0;
        expect(app().outbox.messages.length - before, 'messages').to.equal(sent);
        judge(name, times);
      });
    }

    itTells(`a wrong reset code by ${by}`, async () => {
      const ask = (user: TestUser) =>
        post('forgot-password/reset', { [by]: user[by], code: '000000', new_password: 'a new one' });
      judge(`wrong reset code by ${by}`, await sample(400, ask));
    });
  }

  itTells('a locked account', async () => {
    const ask = (user: TestUser) => post('login', { email: user.email, password: 'wrong' });
    const locked = people.slice(0, LOCKED);
    const failAll = () => Promise.all(locked.map((one) => Promise.all(CLASSES.map((kind) => ask(one[kind])))));
    // A failure after each pause makes the next one longer: the last is longer than the test.
    for (let failures = 0; failures < 9; failures++) {
      await failAll();
      if (failures >= 4) app().clock.advance(10 * 60_000);
    }
    await failAll();
    const times: Record<Class, number[]> = { known: [], unknown: [], suspended: [] };
    while (times.known.length < DOSE.samples) {
      const one = locked[times.known.length % LOCKED] as Record<Class, TestUser>;
      for (const kind of shuffled(CLASSES)) times[kind].push(await timed(429, () => ask(one[kind])));
    }
    judge('locked, wrong password', times);
  });
});

/** Milliseconds. */
async function timed(status: number, ask: () => Promise<ApiResponse>): Promise<number> {
  const startedAt = performance.now();
  const response = await ask();
  const took = performance.now() - startedAt;
  expect(response.status, response.text).to.equal(status);
  return took;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: randomInt(1_000_000) }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
