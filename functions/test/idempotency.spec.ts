import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { DAY_MS, MINUTE_MS } from '../src/lib/clock.js';
import { type ApiRequest, type ApiResponse, expectError, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { expectReplay, honouredRoutes, isReplayed, isWork, listenIn, withKey } from './support/idempotent.js';
import { BY } from './support/records.js';
import { callRoute, sampleOf, title, workingRequest } from './support/route-samples.js';

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
          const { result, calls, ofTheWork } = await listenIn(app(), () => call(route, request));
          expectReplay(result, first);
          expect(ofTheWork, 'calls to backends').to.deep.equal([]);
          expect(calls.filter((one) => one.startsWith('idempotency.'))).to.deep.equal([
            'idempotency.create',
            'idempotency.find',
          ]);
          // Nobody's account or contact was counted.
          expect(result.headers.get('ratelimit')).not.to.match(/sends|tries/);
        }
        expect(sent()).to.equal(before);
      });

      it('refuses the key with another body, and at every other route', async () => {
        const { key, request } = await prepare(route);
        const first = await succeed(route, request);
        const others = [route, ...honouredRoutes.filter((one) => one !== route)];
        for (const other of others) {
          const body = sampleOf(other).shape();
          const { result, ofTheWork } = await listenIn(app(), () => call(other, withKey({ org, body }, key)));
          expectError(result, 422, 'idempotency_mismatch');
          expect(isReplayed(result)).to.equal(false);
          expect(ofTheWork).to.deep.equal([]);
        }
        // The bytes are what is compared: this is the same JSON, and another request.
        const spaced = { ...request, raw: ` ${JSON.stringify(request.body)}` };
        expectError(await call(route, spaced), 422, 'idempotency_mismatch');
        expectReplay(await call(route, request), first);
      });

      it('keeps orgs apart, and credentials of one org', async () => {
        const { request } = await prepare(route);
        const first = await succeed(route, request);
        const credential = await app().services.credentialAdmin.issue(org.org.orgId, BY);
        for (const other of [await app().provision(), { ...org, credential }]) {
          const asOther = { ...request, org: other };
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
          if (!isWork(one)) return proceed();
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
        const different = withKey({ org, body: sampleOf(route).shape() }, key);
        expectError(await call(route, different), 422, 'idempotency_mismatch');
        goOn();
        const first = await running;
        expect(Object.keys(route.responses), first.text).to.include(String(first.status));
        expectReplay(await call(route, request), first);
      });

      it('refuses malformed keys before anything is done', async () => {
        for (const [name, key] of Object.entries(MALFORMED)) {
          const request = withKey({ org, body: sampleOf(route).shape() }, key);
          const { result, calls, ofTheWork } = await listenIn(app(), () => call(route, request));
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
  it('tells routes apart also where the body is the same', async () => {
    const { email, password } = await app().scenario.register(org);
    const request = withKey({ org, body: { email, password, code: '000000', new_password: password } });
    const [first, ...others] = honouredRoutes.filter(({ body }) => body?.safeParse(request.body).success);
    if (first === undefined) throw new Error('no route takes it');
    await call(first, request);
    expect(others.length).to.be.at.least(2);
    for (const other of others) expectError(await call(other, request), 422, 'idempotency_mismatch');
  });

  for (const route of routes.filter(({ idempotency }) => idempotency === 'none')) {
    it(`${title(route)} has no use for the header, and does not look at it`, async () => {
      for (const key of ['a key', 'clé']) {
        const { request } = await workingRequest(app(), org, route);
        const { result, calls } = await listenIn(app(), () => succeed(route, withKey(request, key)));
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
    for (const route of honouredRoutes) {
      const request = withKey((await workingRequest(app(), org, route)).request);
      asked.push({ route, request, first: await callRoute(app(), route, request) });
    }
    app().clock.advance(DAY_MS - RUN_MS);
    for (const { route, request, first } of asked) expectReplay(await callRoute(app(), route, request), first);
    app().clock.advance(RUN_MS);
    for (const { route, request } of asked) {
      const { result, ofTheWork } = await listenIn(app(), () => callRoute(app(), route, request));
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
