import { expect } from 'chai';
import { expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { expectOutage, faultRoutes, isRead, type PreparedRequest } from './support/fault-cases.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { type FailedCall, type Moment, REPLACED, withFailing } from './support/single-fault.js';

const FAR_TOO_MANY_CALLS = 20;

/**
 * faults.spec.ts has a backend that is down altogether; here one call of a request fails and all others work. The first,
 * third and so on are not made, of the second, fourth and so on the answer is lost: both of each call in the heavy runs.
 */
describeApp('A single failing call (R-03)', (app) => {
  const rows: Record<string, Record<string, string>> = {};
  let org: TestOrg;
  let probe: FirestoreProbe;

  before(async () => {
    probe = new FirestoreProbe();
    org = await app().provision();
    // The credential is known from here on, so that the calls of each route are its own.
    expectStatus(await app().api.post(org, '/partner/auth/introspect', { token: 'none' }), 200);
  });
  after(async () => {
    console.table(rows);
    await probe.close();
  });

  const routes = [
    'register',
    'login',
    'login by phone',
    'verify-otp',
    'send-otp',
    'reset',
    'change-password',
    'logout',
  ];
  for (const route of [...routes, 'introspect', 'me']) {
    for (const moment of ['before', 'after'] as const) {
      it(`${route}: 503 or made up for, whichever call fails, ${moment === 'before' ? 'unmade' : 'its answer lost'}`, async () => {
        let call = dose(moment === 'before' ? 0 : 1, 0);
        while (await failsSafely(route, call, moment)) call += dose(2, 1);
        expect(call, 'calls of the route').to.be.within(1, FAR_TOO_MANY_CALLS);
      });
    }
  }

  /** False when the request makes fewer calls, and so succeeds. */
  async function failsSafely(route: string, index: number, moment: Moment): Promise<boolean> {
    const prepare = faultRoutes(app().api, app().scenario)[route];
    if (prepare === undefined) throw new Error(`there is no ${route}`);
    const prepared = await prepare(org);
    const { failed, response } = await withFailing(app(), index, moment, prepared.send);
    if (failed === null) expect(response.status, response.text).to.be.within(200, 299);
    if (failed === null || REPLACED.includes(failed.backend)) return failed !== null;
    const what = `${route}, call ${index + 1} ${failed.backend}.${failed.operation}, ${moment}`;
    rows[what] = { status: String(response.status), code: response.body.error?.code ?? '' };
    if (isMadeUpFor(failed, moment)) expect(response.status, `${what}: ${response.text}`).to.be.within(200, 299);
    else expectOutage(response, what);
    if (failed.backend === 'outbox') expect(response.headers.get('otp-delivery'), what).to.equal('pending');
    await expectUsable(prepared, what);
    return true;
  }

  /** Whatever was lost, the user logs in again with one password or the other, and no code opened two sessions. */
  async function expectUsable({ user }: PreparedRequest, what: string): Promise<void> {
    if (user === null) return;
    const sessions = await probe.sessionsOf(org.org.orgId, user.userId);
    expect(sessions.length, `${what}: sessions`).to.be.at.most(1);
    const logins = [user.password, 'a new one'].map((password) =>
      app().api.post(org, '/partner/auth/login', { phone_number: user.phone_number, password }),
    );
    const answers = await Promise.all(logins);
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted, `${what}: ${answers.map(({ text }) => text).join()}`).to.have.length(1);
    const code = app().outbox.messages.findLast(({ to }) => to === user.phone_number)?.code ?? '';
    expectStatus(await app().scenario.verify(org, user, code, 'phone_number'), 200);
  }
});

/** Whether the request succeeds in spite of its one failing call. */
function isMadeUpFor(call: FailedCall, moment: Moment): boolean {
  // No answer waits for what is behind it; of a message that may have left the caller is told so.
  if (call.isBehind || call.backend === 'outbox') return true;
  // Reads are made again; register looks for its identity and creates what is not there; verify-otp finds its session.
  const isCreation = call.backend === 'identity-platform' && call.operation === 'accounts';
  if (isRead(call) || isCreation || (call.operation === 'sessions.open' && moment === 'after')) return true;
  // A reset does not fail for want of what its code has proved.
  return call.operation === 'users.markVerified';
}
