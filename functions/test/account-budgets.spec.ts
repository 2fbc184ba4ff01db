import { expect } from 'chai';
import type { ComposedServices } from '../src/compose-services.js';
import type { Route } from '../src/http/route.js';
import { freshAttempt } from '../src/idempotency/idempotency-service.js';
import { SECOND_MS } from '../src/lib/clock.js';
import type { TestOrg } from './support/api-client.js';
import { unsignedToken } from './support/auth-emulator.js';
import type { Recording } from './support/backend-recorder.js';
import { type Budget, measure, print, withIamSigning } from './support/budgets.js';
import { describeApp } from './support/describe-app.js';
import { mainAppRoutes, needsSession, workingRequest } from './support/route-samples.js';

/**
 * By operationId, from the token on. What asks Identity Platform alone is in the hops; a document is one of Firestore's.
 * Whatever takes an old password or number away ends all that was begun with it, before and after: most of its hops.
 */
const BUDGETS: Readonly<Record<string, Budget>> = {
  accountSignup: [5, 0, 6, 1, 1],
  accountLogin: [2, 0, 2, 0, 0],
  accountForgotPassword: [2, 0, 2, 0, 0],
  accountResetPassword: [14, 4, 9, 4, 0],
  accountRequestEmailVerification: [3, 1, 2, 0, 1],
  accountVerifyEmail: [4, 2, 2, 1, 0],
  accountChangePassword: [13, 4, 8, 3, 0],
  accountRequestPhoneVerification: [4, 1, 5, 0, 1],
  accountVerifyPhone: [7, 2, 3, 2, 1],
  accountRefreshToken: [2, 1, 0, 0, 0],
  accountLogout: [2, 1, 1, 0, 0],
};

/** The same for whoever has signed in with the client SDK: the first refresh writes the session down. */
const OF_SIGN_INS: Readonly<Record<string, Budget>> = {
  accountRefreshToken: [2, 1, 1, 0, 0],
  accountLogout: [2, 1, 0, 0, 0],
};

/** Hops where IAM signs, as in production. At sign-up that takes no longer than to send the code. */
const SIGNED: Readonly<Record<string, number>> = { accountSignup: 5, accountLogin: 3, accountRefreshToken: 3 };

type Context = Parameters<Route['handle']>[0];

const CLIENT = { address: '203.0.113.7', agent: 'Test/1.0' };

describeApp('The budgets of the Account API', (app) => {
  let org: TestOrg;
  const measured = new Map<string, readonly [Recording, Budget]>();
  before(async () => {
    org = await app().provision();
    // Warm: connections are open and modules loaded before anything is counted.
    for (const route of mainAppRoutes) await (await prepare(route, app().services))();
  });
  after(() => print(measured));

  /** Makes all that the route needs and answers what it does by itself. */
  async function prepare(route: Route, services: ComposedServices, token?: string): Promise<() => Promise<unknown>> {
    const { body, session } = await workingRequest(app(), org, route);
    const shared = { services, client: CLIENT, locale: 'en', body: route.body?.parse(body), attempt: freshAttempt() };
    return async () => {
      const account = needsSession(route) ? await services.accountSessions.authenticate(token ?? session) : undefined;
      // Of what the route declares; its handler looks at nothing else.
      return route.handle({ ...shared, account } as unknown as Context);
    };
  }

  const budgetOf = ({ operationId }: Route): Budget => {
    const budget = BUDGETS[operationId];
    if (budget === undefined) throw new Error(`${operationId} has no budget`);
    return budget;
  };

  for (const route of mainAppRoutes) {
    const { operationId } = route;
    const budget = budgetOf(route);
    it(`${operationId}: at most ${budget[0]} hops, and ${budget.slice(1, 4).join(' / ')} documents`, async () => {
      const { services } = app();
      measured.set(operationId, [await measure(app(), services, () => prepare(route, services), budget), budget]);
    });

    const hops = SIGNED[operationId];
    if (hops === undefined) continue;
    it(`${operationId}, IAM signing: at most ${hops} hops`, async () => {
      const services = withIamSigning(app());
      const [, ...documents] = budget;
      const more: Budget = [hops, ...documents];
      const recording = await measure(app(), services, () => prepare(route, services), more);
      expect(recording.calls).to.include('iam.signBlob');
      measured.set(`${operationId}, IAM signing`, [recording, more]);
    });
  }

  for (const route of mainAppRoutes.filter(({ operationId }) => operationId in OF_SIGN_INS)) {
    const name = `${route.operationId} of the client SDK`;
    const budget = OF_SIGN_INS[route.operationId] as Budget;
    it(`${name}: at most ${budget[0]} hops, and ${budget.slice(1, 4).join(' / ')} documents`, async () => {
      const { services, account, clock } = app();
      const { uid } = await account.signUp();
      const claims = { auth_time: Math.floor(clock.now() / SECOND_MS) + 1, firebase: { sign_in_provider: 'password' } };
      const token = unsignedToken(null, clock.now(), { sub: uid, ...claims });
      measured.set(name, [await measure(app(), services, () => prepare(route, services, token), budget), budget]);
    });
  }
});
