import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { from } from './support/account-scenario.js';
import { type ApiRequest, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { expectOutage, isRead } from './support/fault-cases.js';
import { callRoute, mainAppRoutes, title, workingRequest } from './support/route-samples.js';
import { type FailedCall, type Moment, REPLACED, withFailing } from './support/single-fault.js';

const FAR_TOO_MANY_CALLS = 40;

/**
 * As fault-calls.spec.ts for the Account API: one call of a request fails and all others work. Two of four calls, each in
 * one way; all of them in both in the heavy runs.
 */
describeApp('A single failing call of the Account API (R-03)', (app) => {
  const rows: Record<string, Record<string, string>> = {};
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  after(() => console.table(rows));

  for (const route of mainAppRoutes)
    for (const moment of ['before', 'after'] as const)
      it(`${title(route)}: 503 or made up for, whichever call fails, ${moment === 'before' ? 'unmade' : 'its answer lost'}`, async () => {
        let call = dose(moment === 'before' ? 0 : 2, 0);
        while (await failsSafely(route, call, moment)) call += dose(4, 1);
        expect(call, 'calls of the route').to.be.within(2, FAR_TOO_MANY_CALLS);
      });

  /** False when the request makes fewer calls, and so succeeds. */
  async function failsSafely(route: Route, index: number, moment: Moment): Promise<boolean> {
    const { user, body, request } = await workingRequest(app(), org, route);
    const { failed, response } = await withFailing(app(), index, moment, () => callRoute(app(), route, request));
    if (failed === null) expectStatus(response, 200);
    if (failed === null || REPLACED.includes(failed.backend)) return failed !== null;
    const what = `${route.operationId}, call ${index + 1} ${failed.backend}.${failed.operation}, ${moment}`;
    rows[what] = { status: String(response.status), code: response.body.error?.code ?? '' };
    expect(response.status, `${what}: ${response.text}`).to.be.oneOf(statusesOf(route, failed, moment));
    if (response.status !== 200) expectOutage(response, what);
    if (route.operationId === 'accountSignup') await expectSignedUp(route, request);
    else await expectLogin(user.email, [user.password, String(body['newPassword'] ?? 'another')], what);
    return true;
  }

  /** Whatever was lost, one password or the other is the user's, and not both. */
  async function expectLogin(email: string, passwords: readonly string[], what: string): Promise<void> {
    const logins = passwords.map((password) => app().account.call('login', { email, password }, undefined, from()));
    const statuses = (await Promise.all(logins)).map(({ status }) => status);
    expect(statuses, what).to.have.members([200, 401]);
  }

  /** Whoever tries again has the account. */
  async function expectSignedUp(route: Route, { body }: ApiRequest): Promise<void> {
    const again = await callRoute(app(), route, { body });
    expect(again.status, again.text).to.be.oneOf([200, 409]);
    const { email, password } = body as { email: string; password: string };
    expect(await app().account.logIn({ email, password })).to.be.a('string');
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
