import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { LIMITS, type LimitName } from '../src/limits/limit-policy.js';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { callsDuring, effectsOf } from './support/backend-log.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { askLimited, exceededBy } from './support/rate-limits.js';
import { callRoute, needsSession, sampleOf, title } from './support/route-samples.js';
import type { TestUser } from './support/scenario.js';

/** As many as every window allows here: fewer than the failures after which there is a pause. */
const LOWERED = 4;
/** Longer than any window but those of a day; five times of it are less than a session lives. */
const WINDOWS_PASS_MS = 11 * 60_000;

interface Subject {
  readonly org: TestOrg;
  readonly user: TestUser;
  readonly session: string;
  readonly address: string;
}

/**
 * Every limit that a route declares holds there: made from the declarations, so that a new route, or a limit that is
 * declared and not enforced, can't be forgotten.
 */
for (const route of routes)
  describeApp(`Battery: every declared limit of ${title(route)} holds`, (app) => {
    for (const name of route.limits)
      it(name, async () => {
        const subject = await prepare(app(), route, name);
        const { answers, effects } = await drive(app(), route, name, subject);
        const refused = expectError(answers.at(-1) as ApiResponse, 429, 'rate_limited');
        const windows = LIMITS[name].windows.map((window) => window.name as string);
        expect(exceededBy(refused)).to.include.oneOf(windows);
        expect(effects, 'nothing but counting').to.deep.equal([]);
        // The login of the session was a try of the same day.
        const used = needsSession(route) && name === 'password_tries' ? 1 : 0;
        expect(answers.length - 1, 'admitted').to.equal(LOWERED - used);
        for (const { status } of answers.slice(0, -1)) expect(status).to.be.below(429);
        const other = await app().provision();
        expectStatus(await app().api.post(other, '/partner/auth/introspect', { token: '' }), 200);
      });
  });

/** A user with a session in an org that has lowered one limit, whose windows have begun anew since. */
async function prepare(app: TestApp, route: Route, name: LimitName): Promise<Subject> {
  const limits = Object.fromEntries(LIMITS[name].windows.map((window) => [window.name, LOWERED]));
  const org = await app.provision('Lowered', { limits });
  const user = await app.scenario.register(org);
  const session = needsSession(route) ? await app.scenario.logIn(org, user) : '';
  app.clock.advance(WINDOWS_PASS_MS);
  return { org, user, session, address: '2001:db8::7' };
}

/** A request that counts for this user where the limit is one of theirs, and that leaves the next one possible. */
function bodyOf(route: Route, name: LimitName, { user: { email } }: Subject): unknown {
  const shape = sampleOf(route).shape();
  if (LIMITS[name].counting === 'leased') return shape;
  if ('email' in shape) return { ...shape, email };
  return shape;
}

/** Asks until it is refused. @throws Error when it never is. */
async function drive(app: TestApp, route: Route, name: LimitName, subject: Subject) {
  const { org, session, user, address } = subject;
  const answers: ApiResponse[] = [];
  while (answers.length < LOWERED + 3) {
    const own = bodyOf(route, name, subject) as Record<string, unknown>;
    const body = name === 'code_sends' && 'password' in own ? { ...own, password: user.password } : own;
    const headers = { 'x-end-user-ip': address };
    const request = { org, body, headers, ...(session === '' ? {} : { session }) };
    const ask = () => askLimited(app.clock, () => callRoute(app, route, request));
    const { result, calls } = await callsDuring(app, ask);
    answers.push(result);
    if (result.status === 429) return { answers, effects: effectsOf(calls) };
  }
  throw new Error(`${title(route)} declares ${name} and answered ${answers.map(({ status }) => status)}`);
}
