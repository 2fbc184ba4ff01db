import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { from } from './support/account-scenario.js';
import { type ApiRequest, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp, startEmulatorApp, type TestApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { expectOutage, isRead } from './support/fault-cases.js';
import { callRoute, mainAppRoutes, title, workingRequest } from './support/route-samples.js';
import { type FailedCall, type Moment, REPLACED, withFailing } from './support/single-fault.js';

const FAR_TOO_MANY_CALLS = 40;

/** Every so many calls of a request. */
const STEP = 6;
/** They wait for the next second: Identity Platform tells sign-ins apart by no less. */
const WAITING = ['accountResetPassword', 'accountChangePassword'];

const CASES = mainAppRoutes.flatMap((route) =>
  (['before', 'after'] as const).map((moment) => [route, moment] as const),
);

function nameOf(route: Route, moment: Moment): string {
  const how = moment === 'before' ? 'unmade' : 'its answer lost';
  return `${title(route)}: 503 or made up for, whichever call fails, ${how}`;
}

/**
 * As fault-calls.spec.ts for the Account API: one call of a request fails and all others work. All of them, unmade and with
 * their answers lost, in the heavy runs; faults.spec.ts has every route with all of them failing.
 */
describeApp('A single failing call of the Account API (R-03)', (app) => {
  const rows: Record<string, Record<string, string>> = {};
  /** On apps of their own, while the others have their turn: they wait for most of their time. */
  const apart: TestApp[] = [];
  const waiting = new Map<string, Promise<void>>();
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
    for (const [route, moment] of CASES.filter(([{ operationId }]) => WAITING.includes(operationId))) {
      const own = await startEmulatorApp();
      apart.push(own);
      const running = failEach(own, route, moment);
      // Whoever asks for it hears of a failure.
      running.catch(() => {});
      waiting.set(nameOf(route, moment), running);
    }
  });
  after(async () => {
    console.table(rows);
    await Promise.all(apart.map((one) => one.close()));
  });

  for (const [route, moment] of CASES) {
    const name = nameOf(route, moment);
    it(name, () => waiting.get(name) ?? failEach(app(), route, moment));
  }

  async function failEach(on: TestApp, route: Route, moment: Moment): Promise<void> {
    let call = dose(moment === 'before' ? 0 : STEP / 2, 0);
    while (await failsSafely(on, route, call, moment)) call += dose(STEP, 1);
    expect(call, 'calls of the route').to.be.within(1, FAR_TOO_MANY_CALLS);
  }

  /** False when the request makes fewer calls, and so succeeds. */
  async function failsSafely(on: TestApp, route: Route, index: number, moment: Moment): Promise<boolean> {
    const { user, body, request } = await workingRequest(on, org, route);
    const { failed, response } = await withFailing(on, index, moment, () => callRoute(on, route, request));
    if (failed === null) expectStatus(response, 200);
    if (failed === null || REPLACED.includes(failed.backend)) return failed !== null;
    const what = `${route.operationId}, call ${index + 1} ${failed.backend}.${failed.operation}, ${moment}`;
    rows[what] = { status: String(response.status), code: response.body.error?.code ?? '' };
    expect(response.status, `${what}: ${response.text}`).to.be.oneOf(statusesOf(route, failed, moment));
    if (response.status !== 200) expectOutage(response, what);
    if (route.operationId === 'accountSignup') await expectSignedUp(on, route, request);
    else await expectLogin(on, user.email, [user.password, String(body['newPassword'] ?? 'another')], what);
    return true;
  }

  /** Whatever was lost, one password or the other is the user's, and not both. */
  async function expectLogin(
    { account }: TestApp,
    email: string,
    passwords: readonly string[],
    what: string,
  ): Promise<void> {
    const statuses: number[] = [];
    for (const password of passwords)
      statuses.push((await account.call('login', { email, password }, undefined, from())).status);
    expect(statuses, what).to.have.members([200, 401]);
  }

  /** Whoever tries again has the account. */
  async function expectSignedUp(on: TestApp, route: Route, { body }: ApiRequest): Promise<void> {
    const again = await callRoute(on, route, { body });
    expect(again.status, again.text).to.be.oneOf([200, 409]);
    const { email, password } = body as { email: string; password: string };
    expect(await on.account.logIn({ email, password })).to.be.a('string');
  }
});

/** Calls whose first is one thing and whose next another: what counts a sign-up or its code, proves an email or changes a password. */
const EITHER: Readonly<Record<string, string>> = {
  accountSignup: 'limits.change',
  accountResetPassword: 'accounts:update',
};
/** What a request does not fail for: the account stands without its code, and a lease has its end. */
const DISPENSABLE: Readonly<Record<string, string>> = {
  accountSignup: 'challenges.replace',
  accountVerifyPhone: 'reservations.release',
};

function statusesOf({ operationId }: Route, call: FailedCall, moment: Moment): readonly number[] {
  const { backend, operation } = call;
  if (EITHER[operationId] === operation) return [200, 503];
  // A sign-up looks for its identity, and makes what is not there.
  const isCreation = backend === 'identity-platform' && operation === 'accounts';
  const isFound = operation === 'sessions.open' && moment === 'after';
  const isBehind = call.isBehind || backend === 'outbox' || DISPENSABLE[operationId] === operation;
  return isBehind || isRead(call) || isCreation || isFound ? [200] : [503];
}
