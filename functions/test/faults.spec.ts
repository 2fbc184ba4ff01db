import { expect } from 'chai';
import type { MemoryOutbox } from '../src/adapters/memory/memory-delivery.js';
import { BACKEND_TIMES } from '../src/lib/backend-policy.js';
import { accountFaultRoutes } from './support/account-fault-cases.js';
import type { ApiResponse, TestOrg } from './support/api-client.js';
import { expectStatus, UnservedError } from './support/api-client.js';
import { describeApp, startEmulatorApp, type TestApp } from './support/describe-app.js';
import { atOnce } from './support/dose.js';
import {
  expectContention,
  expectOutage,
  FAULTS,
  type Fault,
  faultRoutes,
  type PreparedRequest,
  READING_ROUTES,
} from './support/fault-cases.js';
import { FirestoreProbe } from './support/firestore-probe.js';

/** Of fault-cases.ts: those whose calls have no answer. */
const SILENT = 'never answers';
/** A request ends within 10 s; the rest is for a busy machine. */
const ANSWERED_MS = 10_500;

interface Outcome {
  readonly route: string;
  readonly request: PreparedRequest;
  readonly response: ApiResponse;
  readonly ms: number;
  /** Session documents that the request has left behind. */
  readonly sessions: number;
}

interface Outcomes {
  readonly outcomes: readonly Outcome[];
  /** Of this fault and what was prepared for it. */
  readonly messages: readonly MemoryOutbox['messages'][number][];
}

describeApp('Faults of backends (R-03, fault matrix)', (app) => {
  const rows: Record<string, Record<string, number>> = {};
  let org: TestOrg;
  let probe: FirestoreProbe;
  /** What is waited for to the deadline, on apps of their own and at once. */
  const stalled = new Map<Fault, Promise<Outcomes>>();
  const apart: TestApp[] = [];

  before(async () => {
    probe = new FirestoreProbe();
    org = await app().provision();
    for (const fault of FAULTS.filter(({ name }) => name === SILENT)) stalled.set(fault, stall(fault));
    await Promise.allSettled(stalled.values());
  });
  afterEach(() => {
    app().backends.fault = undefined;
  });
  after(async () => {
    console.table(rows);
    await Promise.all([probe.close(), ...apart.map((one) => one.close())]);
  });

  /** On another app where the machine was too slow for the deadlines before anything failed. */
  async function stall(fault: Fault, left = 2): Promise<Outcomes> {
    const one = await startEmulatorApp({ times: BACKEND_TIMES });
    apart.push(one);
    return outcomesOf(one, fault).catch((error: unknown) => {
      if (left > 0 && error instanceof UnservedError) return stall(fault, left - 1);
      throw error;
    });
  }

  async function prepareAll(on: TestApp): Promise<[string, PreparedRequest][]> {
    const routes = Object.entries({ ...faultRoutes(on.api, on.scenario), ...accountFaultRoutes(on) });
    return atOnce(4, routes, async ([name, prepare]): Promise<[string, PreparedRequest]> => [name, await prepare(org)]);
  }

  async function sessionsOf({ user, poolId = org.org.orgId }: PreparedRequest): Promise<number> {
    return user === null ? 0 : (await probe.sessionsOf(poolId, user.userId)).length;
  }

  /** Every route at once under one fault. */
  async function outcomesOf(on: TestApp, fault: Fault): Promise<Outcomes> {
    const sent = on.outbox.messages.length;
    const prepared = await prepareAll(on);
    const before = await Promise.all(prepared.map(([, request]) => sessionsOf(request)));
    on.backends.fault = (call, proceed) => (call.backend === fault.backend ? fault.run(call, proceed) : proceed());
    const answered = await Promise.all(
      prepared.map(async ([, request]) => {
        const startedAt = Date.now();
        return { response: await request.send(), ms: Date.now() - startedAt };
      }),
    );
    on.backends.fault = undefined;
    const after = await Promise.all(prepared.map(([, request]) => sessionsOf(request)));
    const outcomes = prepared.map(([route, request], index) => {
      const { response, ms } = answered[index] as (typeof answered)[number];
      return { route, request, response, ms, sessions: (after[index] ?? 0) - (before[index] ?? 0) };
    });
    return { outcomes, messages: on.outbox.messages.slice(sent) };
  }

  for (const fault of FAULTS) {
    const label = `${fault.backend} ${fault.name}`;
    it(`answers ${fault.isContention ? 409 : 503} on every route that needs it: ${label}`, async () => {
      const { outcomes, messages } = await (stalled.get(fault) ?? outcomesOf(app(), fault));
      rows[label] = Object.fromEntries(outcomes.map(({ route, response }) => [route, response.status]));
      for (const { route, request, response, ms, sessions } of outcomes) {
        const what = `${route}: ${label}`;
        expect(ms, what).to.be.below(ANSWERED_MS);
        expectAnswer(fault, { route, request, response }, what);
        // No token was given out: a session that is left is a document that nobody can use.
        expect(sessions, `${what}: sessions`).to.be.at.most(mayLeaveSession(route, fault) ? 1 : 0);
      }
      const codes = messages.filter(({ purpose }) => purpose === 'login');
      const prepared = outcomes.filter(({ route }) => PREPARED_BY_LOGIN.includes(route));
      expect(codes.length, `${label}: messages`).to.equal(prepared.length);
    });
  }

  it('sends nothing when only the limiter is down', async () => {
    const { email, password } = await app().scenario.register(org);
    await app().drain();
    const sent = app().outbox.messages.length;
    app().backends.fault = (call, proceed) => (call.operation.startsWith('limits.') ? unavailable() : proceed());
    expectOutage(await app().api.post(org, '/partner/auth/login', { email, password }), 'login');
    expectOutage(await app().api.post(org, '/partner/auth/forgot-password/send-otp', { email }), 'send-otp');
    await app().drain();
    expect(app().outbox.messages.length - sent, 'messages').to.equal(0);
  });

  it('answers 503 to a credential that it can not check, and takes it afterwards', async () => {
    const fresh = await app().provision();
    const ask = () => app().api.post(fresh, '/partner/auth/introspect', { token: 'none' });
    for (const operation of ['credentials.find', 'orgs.find']) {
      app().backends.fault = (call, proceed) => (call.operation === operation ? unavailable() : proceed());
      expectOutage(await ask(), operation);
    }
    app().backends.fault = undefined;
    expectStatus(await ask(), 200);
  });

  it('works again once the backends do', async () => {
    const { scenario } = app();
    const user = await scenario.register(org);
    expect(await scenario.isLive(org, await scenario.logIn(org, user))).to.equal(true);
  });
});

/** Whoever can do without what fails does not notice; the others are told what kind of failure it is. */
function expectAnswer(
  fault: Fault,
  { route, request, response }: Pick<Outcome, 'route' | 'request' | 'response'>,
  what: string,
): void {
  const isMet = fault.isContention ? !READING_ROUTES.includes(route) : true;
  if (!isMet || !request.backends.includes(fault.backend)) expectStatus(response, 200);
  else if (fault.isContention) expectContention(response, what);
  else expectOutage(response, what);
}

/** What is prepared with a login sends a message before the fault; nothing else may. */
const PREPARED_BY_LOGIN = ['verify-otp', 'change-password', 'logout', 'introspect', 'me'];

/** verify-otp writes the session while it exchanges the token, and a lost answer hides a write that was made. */
function mayLeaveSession(route: string, { backend, name }: Fault): boolean {
  return route === 'verify-otp' && (backend === 'identity-platform' || name.startsWith('answer lost'));
}

function unavailable(): Promise<never> {
  return Promise.reject(Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }));
}
