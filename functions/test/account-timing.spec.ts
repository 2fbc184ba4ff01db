import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { DAY_MS } from '../src/lib/clock.js';
import { type Accounts, CLASSES, type Credentials, newAccounts } from './support/account-classes.js';
import { from } from './support/account-scenario.js';
import { type ApiResponse, expectStatus } from './support/api-client.js';
import { auc } from './support/auc.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { timed } from './support/load.js';

/** Per class and operation; E-02 asks for 1,000. Small samples spread too widely to judge by. */
const SAMPLES = dose(40, 1_000);
const WITHIN = dose({ from: 0.2, to: 0.8 }, { from: 0.45, to: 0.55 });
/** So many of each class ask at once, each class in turn: whatever slows the machine slows all of them. */
const PEOPLE = 10;
/** After so many days every limit has begun anew. */
const NEW_LIMITS_MS = 31 * DAY_MS;
/** What a call to a backend takes in production, about. Milliseconds. */
const LATENCY = { min: 5, max: 40 };

interface Operation {
  readonly name: string;
  readonly status: number;
  readonly body: object;
}

const OPERATIONS: readonly Operation[] = [
  { name: 'forgotPassword', status: 200, body: {} },
  { name: 'resetPassword', status: 400, body: { code: '000000', newPassword: 'another password' } },
  { name: 'login', status: 401, body: { password: 'a wrong one' } },
];

/** @see CVE-2024-41952, security.md E-02 */
describeApp(
  'E-02: with ACCOUNT_HIDE_EXISTENCE, response times do not tell who has an account',
  (app) => {
    const rows: Record<string, Record<string, number>> = {};
    let people: Accounts<Credentials>[];

    before(async () => {
      people = [];
      for (let index = 0; index < PEOPLE; index += 1) people.push(await newAccounts(app()));
      app().backends.fault = async (_call, proceed) => {
        await sleep(randomInt(LATENCY.min, LATENCY.max));
        return proceed();
      };
    });
    after(() => {
      app().backends.fault = undefined;
      console.table(rows);
    });

    for (const operation of OPERATIONS)
      it(operation.name, async () => {
        const times = await sample(app(), people, operation);
        const scores = Object.fromEntries(
          (['unknown', 'disabled'] as const).map((other) => [`known/${other}`, auc(times.known, times[other])]),
        );
        rows[operation.name] = { samples: times.known.length, ...scores };
        for (const [pair, score] of Object.entries(scores)) expect(score, pair).to.be.within(WITHIN.from, WITHIN.to);
        // A small sample may lie so by chance; what leaks does each time.
      }).retries(dose(2, 0));
  },
  { mainApp: { hidesExistence: true } },
);

/** Milliseconds of each class's requests, asked for in turn. What they have queued is not timed. */
async function sample(
  app: TestApp,
  people: readonly Accounts<Credentials>[],
  { name, status, body }: Operation,
): Promise<Accounts<number[]>> {
  const times: Accounts<number[]> = { known: [], unknown: [], disabled: [] };
  const ask = ({ email }: Credentials): Promise<ApiResponse> =>
    app.account.call(name, { ...body, email }, undefined, from());
  while (times.known.length < SAMPLES) {
    await Promise.all(
      people.map(async (one) => {
        for (const kind of shuffled(CLASSES)) {
          const { ms, result } = await timed(() => ask(one[kind]));
          expectStatus(result, status);
          times[kind].push(ms);
        }
      }),
    );
    app.queue.jobs.splice(0);
    app.clock.advance(NEW_LIMITS_MS);
  }
  return times;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: randomInt(1_000_000) }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
