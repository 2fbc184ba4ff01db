import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { isLeased, LIMITS, type LimitName } from '../src/limits/limit-policy.js';
import { DEFAULT_MAIN_APP } from '../src/orgs/main-app.js';
import { newAddress } from './support/account-scenario.js';
import { type ApiResponse, expectError, type TestOrg } from './support/api-client.js';
import { callsDuring, effectsOf } from './support/backend-log.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { askLimited, exceededBy, useUpAddress } from './support/rate-limits.js';
import { callRoute, credentialsFor, isPartners, newCaller, sampleOf, title } from './support/route-samples.js';
import type { TestUser } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';

/** As many as every window allows here: fewer than the failures after which there is a pause. */
const LOWERED = 4;
/** Of an address that has made almost all of its requests: fewer than it may ask codes for. */
const LEFT = 2;
/** Longer than any window but those of a day; five times of it are less than a session lives. */
const WINDOWS_PASS_MS = 11 * 60_000;

interface Subject {
  readonly org: TestOrg;
  readonly user: TestUser;
  readonly session: string;
  readonly address: string;
}

/** What a deployment's own app has of limits that orgs set: all of them lowered. */
const limits = Object.fromEntries(
  Object.values(LIMITS).flatMap(({ windows }) => windows.map(({ name }) => [name, LOWERED])),
);
const mainApp = { settings: { ...DEFAULT_MAIN_APP.settings, limits } };

/**
 * Not what an address may have sent in an hour, which is hundreds whatever is set; nor that signing up sends a code, which
 * it does not fail for want of. account-limits.spec.ts has both.
 */
const driven = ({ operationId, limits }: Route) =>
  limits.filter((name) => isLeased(name) || (operationId !== 'accountSignup' && name !== 'address_texts'));

/**
 * Every limit that a route declares holds there: made from the declarations, so that a new route, or a limit that is
 * declared and not enforced, can't be forgotten.
 */
for (const route of routes)
  describeApp(
    `Battery: every declared limit of ${title(route)} holds`,
    (app) => {
      holdEach(() => app().clock);
      for (const name of driven(route))
        it(name, async () => {
          const subject = await prepare(app(), route, name);
          const { answers, effects } = await drive(app(), route, name, subject);
          const refused = expectError(answers.at(-1) as ApiResponse, 429, 'rate_limited');
          const windows = LIMITS[name].windows.map((window) => window.name as string);
          expect(exceededBy(refused)).to.include.oneOf(windows);
          expect(effects, 'nothing but counting').to.deep.equal([]);
          expect(answers.length - 1, 'admitted').to.equal(admittedOf(route, name));
          for (const { status } of answers.slice(0, -1)) expect(status).to.be.below(429);
          const other = await newCaller(app(), await app().provision(), route);
          const request = { ...credentialsFor(route, other), body: sampleOf(route).shape() };
          expect((await callRoute(app(), route, request)).status, 'of somebody else').to.be.below(429);
        });
    },
    { mainApp },
  );

/** How many uses are left to somebody who has just come. */
function admittedOf(route: Route, name: LimitName): number {
  if (name === 'public_requests') return LEFT;
  // The numbers of one user are few whatever is set.
  if (name === 'phone_verifications') return LIMITS[name].windows[0].limit;
  // The login of the session was a try of the same day, and so was the code of the sign-up.
  const isTried = route.operationId === 'partnerChangePassword' && name === 'password_tries';
  const isSent = route.operationId === 'accountRequestEmailVerification' && name === 'code_sends';
  return isTried || isSent ? LOWERED - 1 : LOWERED;
}

/** Somebody whose org, or the main app, has lowered one limit, whose windows have begun anew since. */
async function prepare(app: TestApp, route: Route, name: LimitName): Promise<Subject> {
  const lowered = Object.fromEntries(LIMITS[name].windows.map((window) => [window.name, LOWERED]));
  const org = await app.provision('Lowered', isPartners(route) ? { limits: lowered } : {});
  const caller = await newCaller(app, org, route);
  app.clock.advance(WINDOWS_PASS_MS);
  const address = newAddress();
  if (name === 'public_requests') await useUpAddress(app, address, LEFT);
  return { ...caller, address };
}

/** A request that counts for this user where the limit is one of theirs, and that leaves the next one possible. */
function bodyOf(route: Route, name: LimitName, { user: { email, password, phone_number: phone } }: Subject) {
  const shape = sampleOf(route).shape();
  if (isLeased(name)) return shape;
  if (name === 'code_sends' && 'phone' in shape) return { ...shape, phone };
  if ('email' in shape)
    return { ...shape, email, ...(name === 'code_sends' && 'password' in shape ? { password } : {}) };
  return shape;
}

/** Asks until it is refused. @throws Error when it never is. */
async function drive(app: TestApp, route: Route, name: LimitName, subject: Subject) {
  const answers: ApiResponse[] = [];
  while (answers.length < LOWERED + 3) {
    const body = bodyOf(route, name, subject);
    const headers = { [isPartners(route) ? 'x-end-user-ip' : 'x-forwarded-for']: subject.address };
    const request = { ...credentialsFor(route, subject), body, headers };
    const ask = () => askLimited(app.clock, () => callRoute(app, route, request));
    const { result, calls } = await callsDuring(app, ask);
    answers.push(result);
    if (result.status === 429) return { answers, effects: effectsOf(calls) };
  }
  throw new Error(`${title(route)} declares ${name} and answered ${answers.map(({ status }) => status)}`);
}
