import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { DAY_MS, MINUTE_MS } from '../src/lib/clock.js';
import { from, newSignup } from './support/account-scenario.js';
import { type ApiRequest, type ApiResponse, expectError, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import {
  expectReplay,
  honouredRoutes,
  isReplayed,
  isWorkOf,
  listenIn,
  OF_TOKENS,
  withKey,
} from './support/idempotent.js';
import { BY } from './support/records.js';
import {
  callRoute,
  isPartners,
  needsSession,
  newCaller,
  sampleOf,
  title,
  workingRequest,
} from './support/route-samples.js';

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
/** HTTP trims the ends of a value, and lets no other control character through. */
const MALFORMED = {
  empty: '',
  blank: '   ',
  long: 'k'.repeat(256),
  'with a tab': 'a\tb',
  'not ASCII': 'clé',
  'UTF-8': 'Ã©',
};
const WELL_FORMED = { short: '1', long: 'k'.repeat(255), 'with every character': `k${PRINTABLE}k`, quoted: '"a"' };

/** @see security.md H-05; draft-ietf-httpapi-idempotency-key-header */
describeApp('H-05: Idempotency-Key, at every route that honours it', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  afterEach(() => {
    app().backends.fault = undefined;
  });

  const call = (route: Route, request: ApiRequest): Promise<ApiResponse> => callRoute(app(), route, request);
  const prepare = async (route: Route, key: string = randomUUID()) => {
    const { request, user } = await workingRequest(app(), org, route);
    return { key, user, request: withKey(request, key) };
  };
  const succeed = async (route: Route, request: ApiRequest): Promise<ApiResponse> => {
    const response = await call(route, request);
    expect(Object.keys(route.responses), response.text).to.include(String(response.status));
    return response;
  };

  /** Whether the same caller's request of shape for it is another than what the key was first used for. */
  const isOtherRequest = (route: Route, one: Route): boolean =>
    one === route ? route.body !== null : String(one.credentials) === String(route.credentials);

  /** Who else could use the same key. */
  const othersThan = async (route: Route): Promise<ApiRequest[]> => {
    if (needsSession(route)) return [{ session: (await newCaller(app(), org, route)).session }];
    if (!isPartners(route)) return [from()];
    const credential = await app().services.credentialAdmin.issue(org.org.orgId, BY);
    return [{ org: await app().provision() }, { org: { ...org, credential } }];
  };

  it('there are such routes', () => {
    expect(honouredRoutes.length).to.be.at.least(5);
  });

  for (const route of honouredRoutes) {
    describe(title(route), () => {
      it('gives the same answer again, without doing anything again', async () => {
        const { request } = await prepare(route);
        const first = await succeed(route, request);
        const sent = () => app().outbox.messages.length + app().queue.jobs.length;
        const before = sent();
        for (const _ of [1, 2]) {
          const { result, calls, ofTheWork } = await listenIn(app(), route, () => call(route, request));
          expectReplay(result, first);
          expect(ofTheWork, 'calls to backends').to.deep.equal([]);
          const asked = calls.filter((one) => !/^(credentials|orgs|limits)\./.test(one));
          const ofToken = needsSession(route) ? OF_TOKENS : [];
          expect(asked).to.have.members([...ofToken, 'idempotency.create', 'idempotency.find']);
          // Nobody's account or contact was counted.
          expect(result.headers.get('ratelimit')).not.to.match(/sends|tries/);
        }
        expect(sent()).to.equal(before);
      });

      it('refuses the key with another body, and at every other route', async () => {
        const { key, request } = await prepare(route);
        const first = await succeed(route, request);
        for (const other of honouredRoutes.filter((one) => isOtherRequest(route, one))) {
          const body = sampleOf(other).shape();
          const asked = withKey({ ...request, body }, key);
          const { result, ofTheWork } = await listenIn(app(), other, () => call(other, asked));
          expectError(result, 422, 'idempotency_mismatch');
          expect(isReplayed(result)).to.equal(false);
          expect(ofTheWork).to.deep.equal([]);
        }
        // The bytes are what is compared: this is the same JSON, and another request.
        const spaced = { ...request, raw: ` ${JSON.stringify(request.body)}` };
        if (route.body !== null) expectError(await call(route, spaced), 422, 'idempotency_mismatch');
        expectReplay(await call(route, request), first);
      });

      it('keeps callers apart: orgs, credentials of one org, users and networks', async () => {
        const { request } = await prepare(route);
        const first = await succeed(route, request);
        for (const other of await othersThan(route)) {
          const asOther = { ...request, ...other, headers: { ...request.headers, ...other.headers } };
          const answer = await call(route, asOther);
          expect(isReplayed(answer)).to.equal(false);
          expect(answer.status, answer.text).not.to.equal(422);
          expectReplay(await call(route, asOther), answer);
        }
        expectReplay(await call(route, request), first);
      });

      it('answers 409 while the first is running', async () => {
        const { key, request } = await prepare(route);
        const { promise: mayGoOn, resolve: goOn } = newGate();
        const { promise: isHeld, resolve: held } = newGate();
        app().backends.fault = async (one, proceed) => {
          if (!isWorkOf(route)(one)) return proceed();
          held();
          await mayGoOn;
          return proceed();
        };
        const running = call(route, request);
        await isHeld;
        app().backends.fault = undefined;
        const refused = expectError(await call(route, request), 409, 'request_in_progress');
        expect(refused.headers.get('retry-after')).to.equal('1');
        expect(isReplayed(refused)).to.equal(false);
        const different = withKey({ ...request, body: sampleOf(route).shape() }, key);
        if (route.body !== null) expectError(await call(route, different), 422, 'idempotency_mismatch');
        goOn();
        const first = await running;
        expect(Object.keys(route.responses), first.text).to.include(String(first.status));
        expectReplay(await call(route, request), first);
      });

      it('refuses malformed keys before anything is done', async () => {
        const { request: working } = await workingRequest(app(), org, route);
        for (const [name, key] of Object.entries(MALFORMED)) {
          const request = withKey({ ...working, body: sampleOf(route).shape() }, key);
          const { result, calls, ofTheWork } = await listenIn(app(), route, () => call(route, request));
          const { details } = expectError(result, 400, 'invalid_request').body.error;
          expect(details, name).to.have.length(1);
          expect(details[0].path).to.equal('Idempotency-Key');
          expect([...ofTheWork, ...calls.filter((one) => one.startsWith('idempotency.'))], name).to.deep.equal([]);
        }
      });
    });
  }

  for (const [name, key] of Object.entries(WELL_FORMED)) {
    it(`takes a key that is ${name}`, async () => {
      const [route] = honouredRoutes;
      if (route === undefined) throw new Error('there is none');
      const { request } = await prepare(route, key);
      const first = await succeed(route, request);
      expectReplay(await call(route, request), first);
    });
  }

  /** One body that several routes accept: what differs is the path alone. */
  for (const [whose, isOf] of [
    ['partners', isPartners],
    ['the main app', (route: Route) => !isPartners(route) && !needsSession(route)],
  ] as const)
    it(`tells routes of ${whose} apart also where the body is the same`, async () => {
      const { email, password } = await app().scenario.register(org);
      const body = { ...newSignup({ email, password }), code: '000000', new_password: password, newPassword: password };
      const request = withKey({ org, body, ...from() });
      const [first, ...others] = honouredRoutes.filter((route) => isOf(route) && route.body?.safeParse(body).success);
      if (first === undefined) throw new Error('no route takes it');
      await call(first, request);
      expect(others.length).to.be.at.least(2);
      for (const other of others) expectError(await call(other, request), 422, 'idempotency_mismatch');
    });

  for (const route of routes.filter(({ idempotency }) => idempotency === 'none')) {
    it(`${title(route)} has no use for the header, and does not look at it`, async () => {
      for (const key of ['a key', 'clé']) {
        const { request } = await workingRequest(app(), org, route);
        const { result, calls } = await listenIn(app(), route, () => succeed(route, withKey(request, key)));
        expect(isReplayed(result)).to.equal(false);
        expect(calls.filter((one) => one.startsWith('idempotency.'))).to.deep.equal([]);
      }
    });
  }
});

describeApp('H-05: a key is remembered for 24 hours', (app) => {
  const RUN_MS = 5 * MINUTE_MS;

  it('just before they are over every route answers as before, and after them does its work again', async () => {
    const org = await app().provision();
    const asked = [];
    // Nobody's token is as old as that.
    for (const route of honouredRoutes.filter((one) => !needsSession(one))) {
      const request = withKey((await workingRequest(app(), org, route)).request);
      asked.push({ route, request, first: await callRoute(app(), route, request) });
    }
    app().clock.advance(DAY_MS - RUN_MS);
    for (const { route, request, first } of asked) expectReplay(await callRoute(app(), route, request), first);
    app().clock.advance(RUN_MS);
    for (const { route, request } of asked) {
      const { result, ofTheWork } = await listenIn(app(), route, () => callRoute(app(), route, request));
      expect(isReplayed(result), title(route)).to.equal(false);
      expect(ofTheWork, title(route)).not.to.deep.equal([]);
      // And remembers what came of it.
      expectReplay(await callRoute(app(), route, request), result);
    }
  });
});

function newGate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
