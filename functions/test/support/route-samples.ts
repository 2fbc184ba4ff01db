import { randomUUID } from 'node:crypto';
import type { Route } from '../../src/http/route.js';
import { routes } from '../../src/http/routes/index.js';
import { from, newPassword, newPhone, newSignup } from './account-scenario.js';
import type { ApiRequest, ApiResponse, TestOrg } from './api-client.js';
import { expectDeclared } from './declared.js';
import type { TestApp } from './describe-app.js';
import { newRegistration, type TestUser } from './scenario.js';

type Body = Readonly<Record<string, unknown>>;

/** What samples are made with. */
export type SampledApp = Pick<TestApp, 'api' | 'scenario' | 'account'>;

/** Somebody of the pool that a route is for. */
interface Caller {
  /** Whose they are, where the route is a partner's. */
  readonly org: TestOrg;
  readonly user: TestUser;
  /** Of a live session. */
  readonly session: string;
}

interface RouteSample {
  /** A body of the right shape that needs nobody to exist, each time another. */
  readonly shape: () => Body;
  /** A body that succeeds for this caller. */
  readonly working: (app: SampledApp, caller: Caller) => Body | Promise<Body>;
}

const newEmail = () => `nobody.${randomUUID()}@example.com`;
const nothing = { shape: () => ({}), working: () => ({}) };

/** By operationId. A route without a sample fails the battery. */
const SAMPLES: Readonly<Record<string, RouteSample>> = {
  partnerRegister: {
    shape: () => newRegistration({ date_of_birth: '1987-03-14', address: { city: 'Springfield' }, metadata: { a: 1 } }),
    working: () =>
      newRegistration({ date_of_birth: '1987-03-14', address: { city: 'Springfield' }, metadata: { a: 1 } }),
  },
  partnerLogin: {
    shape: () => ({ email: newEmail(), password: newPassword() }),
    working: (_app, { user: { email, password } }) => ({ email, password }),
  },
  partnerVerifyOtp: {
    shape: () => ({ email: newEmail(), code: '000000' }),
    working: async ({ scenario }, { org, user }) => ({
      email: user.email,
      code: await scenario.sendLoginCode(org, user),
    }),
  },
  partnerSendResetCode: {
    shape: () => ({ email: newEmail() }),
    working: (_app, { user: { email } }) => ({ email }),
  },
  partnerResetPassword: {
    shape: () => ({ email: newEmail(), code: '000000', new_password: newPassword() }),
    working: async ({ scenario }, { org, user }) => ({
      email: user.email,
      code: await scenario.sendResetCode(org, user),
      new_password: newPassword(),
    }),
  },
  partnerChangePassword: {
    shape: () => ({ current_password: newPassword(), new_password: newPassword() }),
    working: (_app, { user: { password } }) => ({ current_password: password, new_password: newPassword() }),
  },
  partnerLogout: nothing,
  partnerIntrospect: {
    shape: () => ({ token: randomUUID() }),
    working: (_app, { session: token }) => ({ token }),
  },
  partnerGetMe: nothing,
  accountSignup: { shape: () => newSignup(), working: () => newSignup() },
  accountLogin: {
    shape: () => ({ email: newEmail(), password: newPassword() }),
    working: (_app, { user: { email, password } }) => ({ email, password }),
  },
  accountForgotPassword: {
    shape: () => ({ email: newEmail() }),
    working: (_app, { user: { email } }) => ({ email }),
  },
  accountResetPassword: {
    shape: () => ({ email: newEmail(), code: '000000', newPassword: newPassword() }),
    working: async ({ account }, { user }) => ({
      email: user.email,
      code: await account.sendResetCode(user),
      newPassword: newPassword(),
    }),
  },
  accountRequestEmailVerification: nothing,
  accountVerifyEmail: {
    shape: () => ({ code: '000000' }),
    working: async ({ account }, { user, session }) => ({ code: await account.sendEmailCode(user, session) }),
  },
  accountChangePassword: {
    shape: () => ({ oldPassword: newPassword(), newPassword: newPassword() }),
    working: (_app, { user: { password } }) => ({ oldPassword: password, newPassword: newPassword() }),
  },
  accountRequestPhoneVerification: {
    shape: () => ({ phone: newPhone() }),
    working: (_app, { user: { phone_number: phone } }) => ({ phone }),
  },
  accountVerifyPhone: {
    shape: () => ({ phone: newPhone(), code: '000000' }),
    working: async ({ account }, { user: { phone_number: phone }, session }) => ({
      phone,
      code: await account.sendPhoneCode(phone, session),
    }),
  },
  accountRefreshToken: nothing,
  accountLogout: nothing,
};

/** @throws Error when a new route has no sample: it would be in no battery. */
export function sampleOf({ operationId }: Route): RouteSample {
  const sample = SAMPLES[operationId];
  if (sample === undefined) throw new Error(`${operationId} has no sample in route-samples.ts: add one`);
  return sample;
}

export function isPartners({ credentials }: Route): boolean {
  return credentials.includes('org');
}

/** The routes that ask for an org's credentials, and those of the main app, which knows no org. */
export const partnerRoutes = routes.filter(isPartners);
export const mainAppRoutes = routes.filter((route) => !isPartners(route));

export function needsSession({ credentials }: Route): boolean {
  return credentials.includes('session') || credentials.includes('account');
}

/** The routes that a session token of a partner's user opens. */
export const sessionRoutes = partnerRoutes.filter(needsSession);

export function title({ method, path }: Route): string {
  return `${method} ${path}`;
}

/**
 * Calls a route and checks the answer against its declaration. A GET is sent without the body. Where an address is limited,
 * each call comes from another, unless it says from which.
 */
export async function callRoute(
  { api }: Pick<SampledApp, 'api'>,
  route: Route,
  { path = route.path, ...request }: ApiRequest & { readonly path?: string } = {},
): Promise<ApiResponse> {
  const { body: _, raw: __, ...bodiless } = request;
  const headers = { ...(isPartners(route) ? {} : from().headers), ...request.headers };
  const sent = route.method === 'GET' ? bodiless : request;
  return expectDeclared(route, await api.request(path, { ...sent, headers, method: route.method }));
}

/** What a caller shows where a route asks for it. */
export function credentialsFor(route: Route, { org, session }: Omit<Caller, 'user'>): ApiRequest {
  return { ...(isPartners(route) ? { org } : {}), ...(needsSession(route) ? { session } : {}) };
}

/** A user of the pool that a route is for, with a live session. */
export async function newCaller({ scenario, account }: SampledApp, org: TestOrg, route: Route): Promise<Caller> {
  if (isPartners(route)) {
    const user = await scenario.register(org);
    const isAsked = needsSession(route) || route.operationId === 'partnerIntrospect';
    return { org, user, session: isAsked ? await scenario.logIn(org, user) : '' };
  }
  const { uid: userId, email, password, token: session } = await account.signUp();
  return { org, user: { userId, email, password, phone_number: newPhone() }, session };
}

/** A user with a live session where one is asked for, and a request of theirs that the route accepts. */
export async function workingRequest(app: SampledApp, org: TestOrg, route: Route) {
  const caller = await newCaller(app, org, route);
  const body = await sampleOf(route).working(app, caller);
  // Those who show nothing are known by where they call from.
  const request: ApiRequest = { body, ...credentialsFor(route, caller), ...(isPartners(route) ? {} : from()) };
  return { ...caller, body, request };
}
