import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type ApiResponse, expectStatus, type TestOrg } from './support/api-client.js';
import { expectOutage, faultRoutes, type PreparedRequest } from './support/fault-cases.js';
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
/** Prepared with a reset code, which goes through the queue: faults.spec.ts has it. */
const LEFT_OUT = ['reset', 'send-otp'];

/** faults.spec.ts makes calls fail; here the connections themselves do, and nothing of ours is replaced. */
const HEAVY = process.env['GATEHOUSE_HEAVY'] === '1';

/** Each takes its dozen seconds: the other half of them is in the heavy runs. */
function statesOf(backend: 'firestore' | 'identity-platform'): readonly ('refused' | 'silent')[] {
  if (HEAVY) return ['refused', 'silent'];
  return backend === 'firestore' ? ['silent'] : ['refused'];
}

describe('Real outages: a port that nobody listens on, and one that never answers (R-03)', () => {
  const rows: Record<string, Record<string, number>> = {};
  let app: LinkedApp;
  let org: TestOrg;

  before(async () => {
    app = await startLinkedApp();
    org = await app.services.orgs.create({ name: 'Outages' }, BY);
    await app.scenario.logIn(org, await app.scenario.register(org));
  });
  after(async () => {
    console.table(rows);
    await app.close();
  });

  for (const backend of ['firestore', 'identity-platform'] as const) {
    for (const state of statesOf(backend)) {
      it(`${backend} ${state}: 503 on every route that needs it, then no more calls, and recovery`, async () => {
        const prepared = await prepareAll();
        await app.links[backend].set(state);
        const outcomes = await Promise.all(prepared.map(([, { send }]) => timed(send)));
        await opens(backend);
        await app.links[backend].set('up');
        prepared.forEach(([route, { backends }], index) => {
          const { response, ms } = outcomes[index] as Timed;
          note(`${backend} ${state}`, route, response);
          expect(ms, `${route}: ${backend} ${state}`).to.be.below(ANSWERED_MS);
          if (backends.includes(backend)) expectOutage(response, `${route}: ${backend} ${state}`);
          else expectStatus(response, 200);
        });
        await recovers();
      });
    }
  }

  for (const [state, becomes] of [
    ['refused', 'the queue sends the message'],
    ['silent', 'it is not sent again, and the next login works'],
  ] as const) {
    it(`outbox ${state}: the login is told that its message is pending; ${becomes}`, async () => {
      const user = await app.scenario.register(org);
      const body = { email: user.email, password: user.password };
      await app.links.outbox.set(state);
      const { response, ms } = await timed(() => app.api.post(org, '/partner/auth/login', body));
      await app.links.outbox.set('up');
      note(`outbox ${state}`, 'login', response);
      expect(ms).to.be.below(ANSWERED_MS);
      expect(expectStatus(response, 200).headers.get('otp-delivery')).to.equal('pending');
      const [code] = await codesWithin(user.email, state === 'refused' ? QUEUED_MS : 0);
      expect(code === undefined, 'messages').to.equal(state === 'silent');
      if (code === undefined) await app.scenario.logIn(org, user);
      else expectStatus(await app.scenario.verify(org, user, code), 200);
      expect(await app.codesTo(user.email), 'messages').to.have.length(1);
    });
  }

  /** Waits for the first. */
  async function codesWithin(contact: string, milliseconds: number): Promise<string[]> {
    for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(250)) {
      const codes = await app.codesTo(contact);
      if (codes.length > 0) return codes;
    }
    return app.codesTo(contact);
  }

  for (const [name, fault] of [
    ['refused', () => Promise.reject(new Error('ECONNREFUSED'))],
    ['silent', () => new Promise<never>(() => {})],
  ] as const) {
    it(`tasks ${name}: 503 to the reset code, and no message`, async () => {
      const { email } = await app.scenario.register(org);
      app.backends.fault = (call, proceed) => (call.backend === 'tasks' ? fault() : proceed());
      const { response, ms } = await timed(() =>
        app.api.post(org, '/partner/auth/forgot-password/send-otp', { email }),
      );
      app.backends.fault = undefined;
      note(`tasks ${name}`, 'send-otp', response);
      expect(ms).to.be.below(ANSWERED_MS);
      expectOutage(response, `tasks ${name}`);
      expect(await app.codesTo(email), 'messages').to.deep.equal([]);
    });
  }

  async function prepareAll(): Promise<[string, PreparedRequest][]> {
    const routes = Object.entries(faultRoutes(app.api, app.scenario)).filter(([name]) => !LEFT_OUT.includes(name));
    const prepared: [string, PreparedRequest][] = [];
    for (const [name, prepare] of routes) prepared.push([name, await prepare(org)]);
    return prepared;
  }

  /** Registrations, which need both backends at once, keep coming in until none of them calls this one any more. */
  async function opens(backend: 'firestore' | 'identity-platform'): Promise<void> {
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

  async function recovers(): Promise<void> {
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

  function note(fault: string, route: string, { status }: ApiResponse): void {
    rows[fault] = { ...rows[fault], [route]: status };
  }
});

interface Timed {
  readonly response: ApiResponse;
  readonly ms: number;
}

async function timed(send: () => Promise<ApiResponse>): Promise<Timed> {
  const startedAt = Date.now();
  return { response: await send(), ms: Date.now() - startedAt };
}
