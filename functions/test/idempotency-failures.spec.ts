import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { Handover } from '../src/delivery/message-sender.js';
import type { Route } from '../src/http/route.js';
import { IDEMPOTENCY_LEASE_MS } from '../src/idempotency/idempotency-policy.js';
import type { BackendCall } from '../src/lib/backend.js';
import { MINUTE_MS } from '../src/lib/clock.js';
import { newSignup } from './support/account-scenario.js';
import { type ApiRequest, type ApiResponse, expectError, expectStatus } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import {
  expectReplay,
  failing,
  firestoreError,
  honouredRoutes,
  isReplayed,
  isWorkOf,
  listenIn,
  withKey,
} from './support/idempotent.js';
import { orgWithProbe } from './support/org-with-probe.js';
import { callRoute, isPartners, sampleOf, title, workingRequest } from './support/route-samples.js';
import { newRegistration, type TestUser } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';

const isIdempotency =
  (method: string) =>
  ({ operation }: BackendCall) =>
    operation === `idempotency.${method}`;
const tokenOf = ({ body }: ApiResponse): string | undefined => body.sessionToken ?? body.data?.token;
const sidOf = (response: ApiResponse) => decodeJwt(tokenOf(response) ?? '')['sid'];

/** A request that is refused for good. Of other routes, `shape` is one: it is of nobody who exists. */
const REFUSED: Readonly<Record<string, (user: TestUser) => object>> = {
  partnerRegister: ({ email }) => newRegistration({ email }),
  partnerSendResetCode: () => ({ email: 'no address' }),
  accountSignup: ({ email }) => newSignup({ email }),
  accountRequestPhoneVerification: () => ({ phone: 'no number' }),
};

const USES_A_CODE_UP = ['partnerResetPassword', 'accountResetPassword', 'accountVerifyEmail', 'accountVerifyPhone'];

describeApp('H-05: Idempotency-Key and requests that fail', (app) => {
  const { org, probe } = orgWithProbe(app);
  holdEach(() => app().clock);
  afterEach(() => {
    app().backends.fault = undefined;
  });

  const call = (route: Route, request: ApiRequest): Promise<ApiResponse> => callRoute(app(), route, request);
  const post = (path: string, body: unknown, key?: string) => {
    const request = { org: org(), body };
    return app().api.request(`/partner/auth/${path}`, key === undefined ? request : withKey(request, key));
  };
  const prepare = async (route: Route) => {
    const { user, request } = await workingRequest(app(), org(), route);
    return { user, request: withKey(request) };
  };
  const sent = () => app().outbox.messages.length + app().queue.jobs.length;

  for (const route of honouredRoutes) {
    describe(title(route), () => {
      // What has no body is never refused for good.
      const itRefuses = route.body === null ? () => {} : it;
      itRefuses('gives an error that is final again, each time under the id of the request itself', async () => {
        const { user, request: working } = await workingRequest(app(), org(), route);
        const body = (REFUSED[route.operationId] ?? sampleOf(route).shape)(user);
        const request = withKey({ ...working, body });
        const ask = (id: string) => call(route, { ...request, headers: { ...request.headers, 'x-request-id': id } });
        const first = await ask('request-1');
        expect(first.status, first.text).to.be.within(400, 499);
        for (const id of ['request-2', 'request-3']) {
          const { result, ofTheWork } = await listenIn(app(), route, () => ask(id));
          expectReplay(result, first);
          expect(result.headers.get('x-request-id')).to.equal(id);
          expect(result.body.error.requestId).to.equal(id);
          expect(ofTheWork, 'nothing is looked up, counted or compared again').to.deep.equal([]);
        }
      });

      it('does not keep an outage: the same key succeeds after it', async () => {
        const { request } = await prepare(route);
        const failed = await failing(app(), isWorkOf(route), () => call(route, request));
        expectError(failed, 503, 'unavailable');
        expect(isReplayed(failed)).to.equal(false);
        const after = await call(route, request);
        expect(Object.keys(route.responses), after.text).to.include(String(after.status));
        expectReplay(await call(route, request), after);
      });

      it('does nothing when keys cannot be looked up', async () => {
        const { request } = await prepare(route);
        const before = sent();
        for (const method of ['create', 'find']) {
          const calls: string[] = [];
          const down = (one: BackendCall) => {
            if (isWorkOf(route)(one)) calls.push(one.operation);
            return isIdempotency(method)(one);
          };
          if (method === 'find') await failing(app(), isWorkOf(route), () => call(route, request));
          // What earlier requests have left behind their answers is not of this one.
          await app().services.background.idle();
          expectError(await failing(app(), down, () => call(route, request)), 503, 'unavailable');
          expect(calls).to.deep.equal([]);
        }
        expect(sent()).to.equal(before);
        // The work of the one outage in between was not done either: this is the first.
        expect((await call(route, request)).status).to.be.within(200, 299);
      });

      it('answers when its answer cannot be kept, and after the lease the same key goes on from there', async () => {
        const { user, request } = await prepare(route);
        const first = await failing(app(), isIdempotency('settle'), () => call(route, request));
        expect(Object.keys(route.responses), first.text).to.include(String(first.status));
        expectError(await call(route, request), 409, 'request_in_progress');
        app().clock.advance(IDEMPOTENCY_LEASE_MS + 1);
        const again = await call(route, request);
        expect(isReplayed(again)).to.equal(false);
        await expectResumed(route, { first, again, user });
        expectReplay(await call(route, request), again);
      });
    });
  }

  interface Resumption {
    readonly first: ApiResponse;
    readonly again: ApiResponse;
    readonly user: TestUser;
  }

  async function expectResumed(route: Route, resumption: Resumption): Promise<void> {
    const { first, again } = resumption;
    if (USES_A_CODE_UP.includes(route.operationId)) {
      // The code is used up, and what it was used for is done: nothing tells that to whoever has it a second time.
      expectError(again, 400, 'invalid_code');
      return;
    }
    expectStatus(again, first.status);
    if (tokenOf(first) === undefined) expect(again.text).to.equal(first.text);
    else await expectSameSession(route, resumption);
  }

  async function expectSameSession(route: Route, { first, again, user }: Resumption): Promise<void> {
    const { scenario, account } = app();
    expect(sidOf(again)).to.equal(sidOf(first));
    for (const answer of [first, again]) {
      const token = tokenOf(answer) ?? '';
      expect(await (isPartners(route) ? scenario.isLive(org(), token) : account.isLive(token))).to.equal(true);
    }
    if (isPartners(route)) {
      expect(again.body.user).to.deep.equal(first.body.user);
      expect(again.body.expiresAt).to.be.at.most(first.body.expiresAt + 1_000);
      expect(await probe().sessionIdsOf(org().org.orgId, user.userId)).to.deep.equal([sidOf(again)]);
      return;
    }
    const { uid, email } = again.body.data;
    expect(first.body.data).to.include({ uid, email });
    // Whoever logs in has the session of the sign-up as well.
    expect(await probe().sessionIdsOf('main', uid)).to.have.length(uid === user.userId ? 2 : 1);
  }

  it('a registration that was resumed is one user', async () => {
    const body = newRegistration();
    await failing(app(), isIdempotency('settle'), () => post('register', body, 'resumed'));
    app().clock.advance(IDEMPOTENCY_LEASE_MS + 1);
    const { userId } = expectStatus(await post('register', body, 'resumed'), 201).body;
    expect(await probe().profilesWith(org().org.orgId, 'email', body.email)).to.deep.equal([userId]);
    expectError(await post('register', body, 'another key'), 409, 'already_exists');
  });

  it('does not keep 429: when the limit is over, the same key succeeds', async () => {
    const { email, password } = await app().scenario.register(org());
    for (const _ of [1, 2, 3]) expectStatus(await post('login', { email, password }), 200);
    expectError(await post('login', { email, password }, 'limited'), 429, 'rate_limited');
    expectError(await post('login', { email, password }, 'limited'), 429, 'rate_limited');
    app().clock.advance(10 * MINUTE_MS);
    expect(isReplayed(expectStatus(await post('login', { email, password }, 'limited'), 200))).to.equal(false);
  });

  it('does not keep 502: when the provider is back, the same key sends', async () => {
    const { email, password } = await app().scenario.register(org());
    const login = () => post('login', { email, password }, 'undelivered');
    const refused: Handover = { provider: 'outbox', outcome: 'refused', because: 'message', error: '400' };
    app().backends.fault = async (call, proceed) => (call.backend === 'outbox' ? refused : proceed());
    expectError(await login(), 502, 'delivery_failed');
    app().backends.fault = undefined;
    const before = app().outbox.messages.length;
    const first = expectStatus(await login(), 200);
    expectReplay(await login(), first);
    expect(app().outbox.messages.length).to.equal(before + 1);
  });

  it('keeps 200 of a message that may have left: the same key sends no second one', async () => {
    const { email, password } = await app().scenario.register(org());
    const login = () => post('login', { email, password }, 'pending');
    const isOutbox = ({ backend }: BackendCall) => backend === 'outbox';
    const lost = () => new TypeError('fetch failed', { cause: new Error('the socket was closed') });
    const first = expectStatus(await failing(app(), isOutbox, login, lost), 200);
    expect(first.headers.get('otp-delivery')).to.equal('pending');
    const before = sent();
    expectReplay(await login(), first);
    expect(sent()).to.equal(before);
  });

  it('does not keep 409 of others at work: soon the same key succeeds', async () => {
    const body = newRegistration();
    const register = () => post('register', body, 'contended');
    const isReserving = ({ operation }: BackendCall) => operation === 'reservations.reserve';
    const contended = await failing(app(), isReserving, register, () => firestoreError(10));
    expectError(contended, 409, 'request_in_progress');
    expect(isReplayed(expectStatus(await register(), 201))).to.equal(false);
  });
});
