import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Route } from '../../src/http/route.js';
import { routes } from '../../src/http/routes/index.js';
import type { BackendCall } from '../../src/lib/backend.js';
import type { ApiRequest, ApiResponse } from './api-client.js';
import { masked } from './declared.js';
import type { TestApp } from './describe-app.js';

/** Made from the declarations, so that a new route is in every test of keys. */
export const honouredRoutes: readonly Route[] = routes.filter(({ idempotency }) => idempotency === 'honoured');

/** What a request with a key asks before its work. Limits are leased in between, or are the work's. */
const AROUND_THE_WORK = /^(credentials|orgs|limits|idempotency)\./;
/** What tells whose a token of the main app is. */
export const OF_TOKENS = ['sessions.find', 'accounts:lookup'];

export function withKey(request: ApiRequest, key: string = randomUUID()): ApiRequest {
  return { ...request, headers: { ...request.headers, 'idempotency-key': key } };
}

export function isReplayed({ headers }: ApiResponse): boolean {
  const value = headers.get('idempotency-replayed');
  expect(value).to.be.oneOf([null, 'true']);
  return value !== null;
}

/** The same answer to a byte, but for the id of each request, and where its caller stands with its limits. */
export function expectReplay(again: ApiResponse, first: ApiResponse): void {
  expect(isReplayed(again), again.text).to.equal(true);
  expect(isReplayed(first), 'the first was a replay itself').to.equal(false);
  expect(comparable(again)).to.deep.equal(comparable(first));
}

function comparable(response: ApiResponse) {
  const { headers, ...rest } = masked(response);
  return { ...rest, headers: headers.filter(([name]) => !/^(ratelimit|idempotency-replayed)/.test(name)) };
}

/** Every call to a backend while `work` of a route runs, and behind its answer. */
export async function listenIn<T>({ backends, services }: TestApp, route: Route, work: () => Promise<T>) {
  const { background } = services;
  await background.idle();
  const [calls, ofTheWork]: [string[], string[]] = [[], []];
  const isOwn = isWorkOf(route);
  backends.fault = (call, proceed) => {
    calls.push(call.operation);
    if (isOwn(call)) ofTheWork.push(call.operation);
    return proceed();
  };
  try {
    const result = await work();
    await background.idle();
    return { result, calls, ofTheWork };
  } finally {
    backends.fault = undefined;
  }
}

/** An error of Firestore that no call is repeated after: 4 is DEADLINE_EXCEEDED. */
export function firestoreError(code = 4): Error {
  return Object.assign(new Error(`${code} of Firestore`), { code });
}

/** As each backend fails when it cannot be reached. */
export function outageOf({ backend }: BackendCall): Error {
  if (backend === 'firestore') return firestoreError();
  return new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
}

/** Fails the calls that are chosen while `work` runs. */
export async function failing<T>(
  { backends }: TestApp,
  isChosen: (call: BackendCall) => boolean,
  work: () => Promise<T>,
  error: (call: BackendCall) => Error = outageOf,
): Promise<T> {
  backends.fault = async (call, proceed) => {
    if (isChosen(call)) throw error(call);
    return proceed();
  };
  return work().finally(() => {
    backends.fault = undefined;
  });
}

/** Whether a call belongs to what the request is for. */
export function isWork({ operation }: BackendCall): boolean {
  return !AROUND_THE_WORK.test(operation);
}

/** The same of a route that asks first whose a token is. */
export function isWorkOf({ credentials }: Route): (call: BackendCall) => boolean {
  if (!credentials.includes('account')) return isWork;
  return (call) => isWork(call) && !OF_TOKENS.includes(call.operation);
}
