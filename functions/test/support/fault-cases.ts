import { expect } from 'chai';
import { IdentityToolkitError } from '../../src/adapters/identity-platform/identity-toolkit-error.js';
import type { BackendCall } from '../../src/lib/backend.js';
import type { ApiClient, ApiResponse, TestOrg } from './api-client.js';
import type { Scenario, TestUser } from './scenario.js';
import { newRegistration } from './scenario.js';

export type BackendName = 'firestore' | 'identity-platform' | 'outbox' | 'tasks';

/** How calls to a backend fail. */
export interface Fault {
  readonly name: string;
  readonly backend: BackendName;
  /** Commits alone fail, because others write the same: whoever writes nothing does not notice. */
  readonly isContention?: true;
  run(call: BackendCall, proceed: () => Promise<unknown>): Promise<unknown>;
}

/** An error as grpc-js makes it. */
function grpcError(code: number, details: string): Error {
  return Object.assign(new Error(`${code} ${details}`), { code, details });
}

/** fetch's own error when nothing listens. */
function refused(): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
}

const fail = (error: () => Error) => () => Promise.reject(error());
const stall = () => new Promise<never>(() => {});

const GRPC = {
  UNAVAILABLE: 14,
  RESOURCE_EXHAUSTED: 8,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
};
const ABORTED = 10;

export const FAULTS: readonly Fault[] = [
  ...Object.entries(GRPC).map(([name, code]): Fault => {
    return { name: `answers ${name}`, backend: 'firestore', run: fail(() => grpcError(code, name)) };
  }),
  {
    name: 'aborts every commit',
    backend: 'firestore',
    isContention: true,
    run: (call, proceed) => (isRead(call) ? proceed() : Promise.reject(grpcError(ABORTED, 'ABORTED'))),
  },
  {
    name: 'answer lost after the effect',
    backend: 'firestore',
    run: async (_call, proceed) => {
      await proceed().catch(() => {});
      throw grpcError(GRPC.UNAVAILABLE, 'the connection broke');
    },
  },
  { name: 'never answers', backend: 'firestore', run: stall },
  { name: 'refused', backend: 'identity-platform', run: fail(refused) },
  { name: 'answers 503', backend: 'identity-platform', run: fail(() => new IdentityToolkitError(503, 'UNKNOWN')) },
  {
    name: 'answers QUOTA_EXCEEDED',
    backend: 'identity-platform',
    run: fail(() => new IdentityToolkitError(400, 'QUOTA_EXCEEDED')),
  },
  {
    name: 'answers TOO_MANY_ATTEMPTS',
    backend: 'identity-platform',
    run: fail(() => new IdentityToolkitError(400, 'TOO_MANY_ATTEMPTS_TRY_LATER')),
  },
  { name: 'never answers', backend: 'identity-platform', run: stall },
];

export function isRead({ backend, cost }: BackendCall): boolean {
  return backend === 'firestore' && cost.reads !== undefined;
}

/** Routes that write nothing. */
export const READING_ROUTES: readonly string[] = ['introspect', 'me', 'accountRefreshToken'];

/** One request of one route, with all that it needs made before anything fails. */
export interface PreparedRequest {
  readonly user: TestUser | null;
  /** Whose user it is, where that is not the org. */
  readonly poolId?: string;
  readonly backends: readonly BackendName[];
  send(): Promise<ApiResponse>;
}

export type Prepare = (org: TestOrg) => Promise<PreparedRequest>;

/** Every route of the partners, and which backends it can't do without. */
export function faultRoutes(api: ApiClient, scenario: Scenario): Record<string, Prepare> {
  const post = (org: TestOrg, path: string, body: unknown, session?: string) => () =>
    api.post(org, `/partner/auth/${path}`, body, session);
  const withUser = (make: (org: TestOrg, user: TestUser) => Promise<Omit<PreparedRequest, 'user'>>): Prepare => {
    return async (org) => {
      const user = await scenario.register(org);
      return { user, ...(await make(org, user)) };
    };
  };
  const withSession = (
    backends: readonly BackendName[],
    send: (org: TestOrg, user: TestUser, session: string) => () => Promise<ApiResponse>,
  ) => withUser(async (org, user) => ({ backends, send: send(org, user, await scenario.logIn(org, user)) }));
  return {
    register: async (org) => ({
      user: null,
      backends: ['firestore', 'identity-platform'],
      send: post(org, 'register', newRegistration()),
    }),
    login: withUser(async (org, { email, password }) => ({
      backends: ['firestore', 'identity-platform', 'outbox'],
      send: post(org, 'login', { email, password }),
    })),
    'login by phone': withUser(async (org, { phone_number, password }) => ({
      backends: ['firestore', 'identity-platform', 'outbox'],
      send: post(org, 'login', { phone_number, password }),
    })),
    'verify-otp': withUser(async (org, user) => {
      const body = { email: user.email, code: await scenario.sendLoginCode(org, user) };
      const request = { org, body, headers: { 'x-end-user-agent': 'Test/1.0' } };
      const send = () => api.request('/partner/auth/verify-otp', request);
      return { backends: ['firestore', 'identity-platform'], send };
    }),
    'send-otp': withUser(async (org, { email }) => ({
      backends: ['firestore', 'tasks'],
      send: post(org, 'forgot-password/send-otp', { email }),
    })),
    reset: withUser(async (org, user) => {
      const code = await scenario.sendResetCode(org, user);
      const body = { email: user.email, code, new_password: 'a new one' };
      return { backends: ['firestore', 'identity-platform'], send: post(org, 'forgot-password/reset', body) };
    }),
    'change-password': withSession(['firestore', 'identity-platform'], (org, user, session) =>
      post(org, 'change-password', { current_password: user.password, new_password: 'a new one' }, session),
    ),
    logout: withSession(['firestore'], (org, _user, session) => post(org, 'logout', {}, session)),
    introspect: withSession(['firestore'], (org, _user, token) => post(org, 'introspect', { token })),
    me: withSession(
      ['firestore'],
      (org, _user, session) => () => api.request('/partner/users/me', { method: 'GET', org, session }),
    ),
  };
}

/** A backend's fault is never the caller's, and never ours to have overlooked. */
export function expectOutage(response: ApiResponse, what: string): void {
  const { status, text, body, headers } = response;
  expect(status, `${what}: ${text}`).to.equal(503);
  expect(body.error.code, what).to.equal('unavailable');
  expect(Number(headers.get('retry-after')), `${what}: Retry-After`).to.be.within(2, 4);
  expect(text, what).not.to.match(/sessionToken|grpc|fetch failed|ECONNREFUSED|the connection broke|QUOTA/);
}

/** Row 5 of the fault matrix: others write the same, and no more is known to be wrong. */
export function expectContention(response: ApiResponse, what: string): void {
  const { status, text, body, headers } = response;
  expect(status, `${what}: ${text}`).to.equal(409);
  expect(body.error.code, what).to.equal('request_in_progress');
  expect(headers.get('retry-after'), `${what}: Retry-After`).to.equal('1');
}
