import { randomUUID } from 'node:crypto';
import type { Route } from '../../src/http/route.js';
import { routes } from '../../src/http/routes/index.js';
import type { ApiRequest, ApiResponse, TestOrg } from './api-client.js';
import { expectDeclared } from './declared.js';
import type { TestApp } from './describe-app.js';
import { newRegistration, type TestUser } from './scenario.js';

type Body = Readonly<Record<string, unknown>>;

interface RouteSample {
  /** A body of the right shape that needs nobody to exist, each time another. */
  readonly shape: () => Body;
  /** A body that succeeds for this user. */
  readonly working: (app: TestApp, org: TestOrg, user: TestUser, session: string) => Body | Promise<Body>;
}

const newEmail = () => `nobody.${randomUUID()}@example.com`;
const newPassword = () => `pass ${randomUUID()}`;

/** By operationId. A route without a sample fails the battery. */
const SAMPLES: Readonly<Record<string, RouteSample>> = {
  partnerRegister: {
    shape: () => newRegistration({ date_of_birth: '1987-03-14', address: { city: 'Springfield' }, metadata: { a: 1 } }),
    working: () =>
      newRegistration({ date_of_birth: '1987-03-14', address: { city: 'Springfield' }, metadata: { a: 1 } }),
  },
  partnerLogin: {
    shape: () => ({ email: newEmail(), password: newPassword() }),
    working: (_app, _org, { email, password }) => ({ email, password }),
  },
  partnerVerifyOtp: {
    shape: () => ({ email: newEmail(), code: '000000' }),
    working: async ({ scenario }, org, user) => ({
      email: user.email,
      code: await scenario.sendLoginCode(org, user),
    }),
  },
  partnerSendResetCode: {
    shape: () => ({ email: newEmail() }),
    working: (_app, _org, { email }) => ({ email }),
  },
  partnerResetPassword: {
    shape: () => ({ email: newEmail(), code: '000000', new_password: newPassword() }),
    working: async ({ scenario }, org, user) => ({
      email: user.email,
      code: await scenario.sendResetCode(org, user),
      new_password: newPassword(),
    }),
  },
  partnerChangePassword: {
    shape: () => ({ current_password: newPassword(), new_password: newPassword() }),
    working: (_app, _org, { password }) => ({ current_password: password, new_password: newPassword() }),
  },
  partnerLogout: { shape: () => ({}), working: () => ({}) },
  partnerIntrospect: {
    shape: () => ({ token: randomUUID() }),
    working: (_app, _org, _user, token) => ({ token }),
  },
  partnerGetMe: { shape: () => ({}), working: () => ({}) },
};

/** @throws Error when a new route has no sample: it would be in no battery. */
export function sampleOf({ operationId }: Route): RouteSample {
  const sample = SAMPLES[operationId];
  if (sample === undefined) throw new Error(`${operationId} has no sample in route-samples.ts: add one`);
  return sample;
}

export function needsSession({ credentials }: Route): boolean {
  return credentials.includes('session');
}

/** The routes that a session token opens. */
export const sessionRoutes = routes.filter(needsSession);

export function title({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Calls a route and checks the answer against its declaration. A GET is sent without the body. */
export async function callRoute(
  { api }: TestApp,
  route: Route,
  { path = route.path, ...request }: ApiRequest & { readonly path?: string } = {},
): Promise<ApiResponse> {
  const { body: _, raw: __, ...bodiless } = request;
  const sent = route.method === 'GET' ? bodiless : request;
  return expectDeclared(route, await api.request(path, { ...sent, method: route.method }));
}

/** A user with a live session, and a request of theirs that the route accepts. */
export async function workingRequest(app: TestApp, org: TestOrg, route: Route) {
  const user = await app.scenario.register(org);
  const session =
    needsSession(route) || route.operationId === 'partnerIntrospect' ? await app.scenario.logIn(org, user) : '';
  const body = await sampleOf(route).working(app, org, user, session);
  const request: ApiRequest = { org, body, ...(needsSession(route) ? { session } : {}) };
  return { user, session, body, request };
}
