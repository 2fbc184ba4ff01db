import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { accountFaultRoutes } from './support/account-fault-cases.js';
import { type ApiResponse, expectStatus, type TestOrg, UnservedError } from './support/api-client.js';
import { atOnce, dose } from './support/dose.js';
import { expectOutage, faultRoutes, type PreparedRequest } from './support/fault-cases.js';
import type { LinkState } from './support/faulty-link.js';
import { type LinkedApp, startLinkedApp } from './support/linked-app.js';
import { BY } from './support/records.js';
import { newRegistration } from './support/scenario.js';

const ANSWERED_MS = 10_500;
/** */
const OPENED_MS = 10_000;
/** Row 46 of the fault matrix: gRPC waits before it connects again, and the breaker before it lets a call pass. */
const RECOVERY_MS = 30_000;
/** A message that was not taken waits for two seconds, and its function perhaps for its process. */
const QUEUED_MS = 20_000;
const REQUEST_EVERY_MS = 50;
/** So many requests in a row without a call: the breaker is open. */
const QUIET_REQUESTS = 10;
/** Prepared with a reset code, which goes through the queue: faults.spec.ts has them. */
const LEFT_OUT = ['reset', 'send-otp', 'accountForgotPassword', 'accountResetPassword'];

type BackendLink = 'firestore' | 'identity-platform';
type Broken = Exclude<LinkState, 'up'>;

/** Each takes its dozen seconds: the other half of them is in the heavy runs. */
function statesOf(backend: BackendLink): readonly Broken[] {
  return dose([backend === 'firestore' ? 'silent' : 'refused'], ['refused', 'silent']);
}

/** An instance of its own, and an org whose credential it knows. */
interface Bench {
  readonly app: LinkedApp;
  readonly org: TestOrg;
}

/** Prepares an outage; what it answers goes through it. */
type Outage = (bench: Bench) => Promise<() => Promise<void>>;

/** faults.spec.ts makes calls fail; here the connections themselves do, and nothing of ours is replaced. */
describe('Real outages: a port that nobody listens on, and one that never answers (R-03)', () => {
  const rows: Record<string, Record<string, number>> = {};
  const outages: Readonly<Record<string, Outage>> = {
    ...backendOutages(note),
    ...outboxOutages(note),
    ...tasksOutages(note),
  };
  const benches: Bench[] = [];
  const gone = new Map<string, Promise<void>>();

  /** They wait for most of their time: all at once, once each has what it needs. */
  before(async () => {
    const prepared: [string, () => Promise<void>][] = [];
    for (const [name, prepare] of Object.entries(outages)) {
      prepared.push([name, await prepareCalmly(prepare)]);
    }
    for (const [name, run] of prepared) {
      const running = run();
      // Whoever asks for it hears of a failure.
      running.catch(() => {});
      gone.set(name, running);
    }
  });
  after(async () => {
    console.table(rows);
    await Promise.all(benches.map(({ app }) => app.close()));
  });

  /** On another bench where the machine was too slow for the deadlines. */
  async function prepareCalmly(prepare: Outage, left = 2): Promise<() => Promise<void>> {
    const bench = await startBench();
    benches.push(bench);
    try {
      await fill(bench);
      return await prepare(bench);
    } catch (error) {
      if (left === 0 || !(error instanceof UnservedError)) throw error;
      return prepareCalmly(prepare, left - 1);
    }
  }

  for (const name of Object.keys(outages)) it(name, () => gone.get(name));

  function note(fault: string, route: string, { status }: ApiResponse): void {
    rows[fault] = { ...rows[fault], [route]: status };
  }
});

type Note = (fault: string, route: string, response: ApiResponse) => void;

async function startBench(): Promise<Bench> {
  const app = await startLinkedApp();
  return { app, org: await app.services.orgs.create({ name: 'Outages' }, BY) };
}

/** Warm: the credential is known, and connections are open. */
async function fill({ app, org }: Bench): Promise<void> {
  await app.scenario.logIn(org, await app.scenario.register(org));
}

function backendOutages(note: Note): Record<string, Outage> {
  const outage = (backend: BackendLink, state: Broken): Outage => {
    return async (bench) => {
      const prepared = await prepareAll(bench);
      return async () => {
        const { links } = bench.app;
        await links[backend].set(state);
        const outcomes = await Promise.all(prepared.map(([, { send }]) => timed(send)));
        await opens(bench, backend);
        await links[backend].set('up');
        prepared.forEach(([route, { backends }], index) => {
          const { response, ms } = outcomes[index] as Timed;
          note(`${backend} ${state}`, route, response);
          expect(ms, `${route}: ${backend} ${state}`).to.be.below(ANSWERED_MS);
          if (backends.includes(backend)) expectOutage(response, `${route}: ${backend} ${state}`);
          else expectStatus(response, 200);
        });
        await recovers(bench);
      };
    };
  };
  return Object.fromEntries(
    (['firestore', 'identity-platform'] as const).flatMap((backend) =>
      statesOf(backend).map((state) => [
        `${backend} ${state}: 503 on every route that needs it, then no more calls, and recovery`,
        outage(backend, state),
      ]),
    ),
  );
}

function outboxOutages(note: Note): Record<string, Outage> {
  const outage = (state: Broken): Outage => {
    return async ({ app, org }) => {
      const user = await app.scenario.register(org);
      const body = { email: user.email, password: user.password };
      return async () => {
        await app.links.outbox.set(state);
        const { response, ms } = await timed(() => app.api.post(org, '/partner/auth/login', body));
        await app.links.outbox.set('up');
        note(`outbox ${state}`, 'login', response);
        expect(ms).to.be.below(ANSWERED_MS);
        expect(expectStatus(response, 200).headers.get('otp-delivery')).to.equal('pending');
        const [code] = await codesWithin(app, user.email, state === 'refused' ? QUEUED_MS : 0);
        expect(code === undefined, 'messages').to.equal(state === 'silent');
        if (code === undefined) await app.scenario.logIn(org, user);
        else expectStatus(await app.scenario.verify(org, user, code), 200);
        expect(await app.codesTo(user.email), 'messages').to.have.length(1);
      };
    };
  };
  const title = (state: Broken, becomes: string) =>
    `outbox ${state}: the login is told that its message is pending; ${becomes}`;
  return {
    [title('refused', 'the queue sends the message')]: outage('refused'),
    [title('silent', 'it is not sent again, and the next login works')]: outage('silent'),
  };
}

function tasksOutages(note: Note): Record<string, Outage> {
  const outage = (name: Broken, fault: () => Promise<never>): Outage => {
    return async ({ app, org }) => {
      const { email } = await app.scenario.register(org);
      return async () => {
        app.backends.fault = (call, proceed) => (call.backend === 'tasks' ? fault() : proceed());
        const { response, ms } = await timed(() =>
          app.api.post(org, '/partner/auth/forgot-password/send-otp', { email }),
        );
        app.backends.fault = undefined;
        note(`tasks ${name}`, 'send-otp', response);
        expect(ms).to.be.below(ANSWERED_MS);
        expectOutage(response, `tasks ${name}`);
        expect(await app.codesTo(email), 'messages').to.deep.equal([]);
      };
    };
  };
  return {
    'tasks refused: 503 to the reset code, and no message': outage('refused', () =>
      Promise.reject(new Error('ECONNREFUSED')),
    ),
    'tasks silent: 503 to the reset code, and no message': outage('silent', () => new Promise<never>(() => {})),
  };
}

/** Waits for the first. */
async function codesWithin(app: LinkedApp, contact: string, milliseconds: number): Promise<string[]> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(250)) {
    const codes = await app.codesTo(contact);
    if (codes.length > 0) return codes;
  }
  return app.codesTo(contact);
}

async function prepareAll({ app, org }: Bench): Promise<[string, PreparedRequest][]> {
  const all = { ...faultRoutes(app.api, app.scenario), ...accountFaultRoutes(app) };
  const routes = Object.entries(all).filter(([name]) => !LEFT_OUT.includes(name));
  return atOnce(2, routes, async ([name, prepare]): Promise<[string, PreparedRequest]> => [name, await prepare(org)]);
}

/** Registrations, which need both backends at once, keep coming in until none of them calls this one any more. */
async function opens({ app, org }: Bench, backend: BackendLink): Promise<void> {
  const end = Date.now() + OPENED_MS;
  const answered: Promise<ApiResponse>[] = [];
  const callsBy: number[] = [];
  let calls = 0;
  app.backends.fault = (call, proceed) => {
    if (call.backend === backend) calls += 1;
    return proceed();
  };
  while (callsBy.at(-QUIET_REQUESTS) !== calls || calls === 0) {
    expect(Date.now(), `the breaker of ${backend} is still closed`).to.be.below(end);
    answered.push(app.api.post(org, '/partner/auth/register', newRegistration()));
    await sleep(REQUEST_EVERY_MS);
    callsBy.push(calls);
  }
  app.backends.fault = undefined;
  for (const response of await Promise.all(answered)) expectOutage(response, `while ${backend} is down`);
}

async function recovers({ app, org }: Bench): Promise<void> {
  const end = Date.now() + RECOVERY_MS;
  for (;;) {
    const { status, text } = await app.api.post(org, '/partner/auth/introspect', { token: 'none' });
    const login = await app.api.post(org, '/partner/auth/login', {
      email: 'nobody@example.com',
      password: 'a password',
    });
    if (status === 200 && login.status === 401) break;
    expect(Date.now(), `not up again: ${text} ${login.text}`).to.be.below(end);
    await sleep(250);
  }
  await app.scenario.logIn(org, await app.scenario.register(org));
}

interface Timed {
  readonly response: ApiResponse;
  readonly ms: number;
}

async function timed(send: () => Promise<ApiResponse>): Promise<Timed> {
  const startedAt = Date.now();
  return { response: await send(), ms: Date.now() - startedAt };
}
