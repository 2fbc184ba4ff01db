import { expect } from 'chai';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { from, newAddress } from './support/account-scenario.js';
import { type ApiRequest, expectError, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { failing } from './support/idempotent.js';
import { type LogEntry, lineOf } from './support/log-lines.js';
import { useUpAddress } from './support/rate-limits.js';
import {
  callRoute,
  credentialsFor,
  isPartners,
  needsSession,
  sampleOf,
  title,
  workingRequest,
} from './support/route-samples.js';

const MOST_BEFORE_REFUSAL = 15;
const FIELDS = ['severity', 'message', 'requestId', 'route', 'event', 'outcome', 'status', 'ms', 'client'];
/** Where they are known. */
const WHO = ['orgId', 'keyId', 'uid'];

/** @see security.md L-01 */
describeApp('L-01: one line a request, with event and outcome', (app) => {
  let org: TestOrg;
  let limited: TestOrg;
  before(async () => {
    org = await app().provision();
    limited = await app().provision('Limited', { limits: { org1m: 1 } });
  });

  function expectLine(line: LogEntry, route: Route, expected: { outcome: string; status: number }): void {
    const { event } = route;
    expect(line).to.deep.include({ severity: 'INFO', message: 'request', route: title(route), event, ...expected });
    expect(line['ms']).to.be.a('number').at.least(0);
    expect(line).to.include.all.keys(FIELDS);
    expect([...FIELDS, ...WHO]).to.include.all.members(Object.keys(line));
  }

  for (const route of routes) {
    describe(`${title(route)}: ${route.event}`, () => {
      const call = (request: ApiRequest) => callRoute(app(), route, request);
      const anyBody = () => sampleOf(route).shape();
      /** Whoever called for an org is named with it; of the main app there is none. */
      const expectOrg = (line: LogEntry, { org: { orgId }, credential }: TestOrg): void => {
        const { orgId: ofOrg, keyId } = line;
        expect({ ofOrg, keyId }).to.deep.equal(
          isPartners(route) ? { ofOrg: orgId, keyId: credential.key } : { ofOrg: undefined, keyId: undefined },
        );
      };
      const limitedCaller = async (): Promise<ApiRequest> => {
        if (isPartners(route)) return { org: limited };
        const address = newAddress();
        await useUpAddress(app(), address);
        return from(address);
      };
      const withSession = async (): Promise<ApiRequest> => {
        const { request } = await workingRequest(app(), org, route);
        return request;
      };

      it('success: by whom, and to whom where that may be told', async () => {
        const { request, user } = await workingRequest(app(), org, route);
        let status = 0;
        const { line, others } = await lineOf(app(), async () => {
          const response = await call({ ...request, headers: { 'x-request-id': 'of-the-caller' } });
          status = response.status;
        });
        expectLine(line, route, { outcome: 'ok', status });
        expect(status).to.be.within(200, 299);
        expect(line['requestId']).to.equal('of-the-caller');
        expectOrg(line, org);
        // A token that is introspected proves whose it is, too.
        if (needsSession(route) || route.operationId === 'partnerIntrospect') expect(line['uid']).to.equal(user.userId);
        expect(others).to.deep.equal([]);
      });

      if (isPartners(route)) {
        it('a bad credential: nobody is named', async () => {
          const { line } = await lineOf(app(), () => call({ body: anyBody() }));
          expectLine(line, route, { outcome: 'invalid_client', status: 401 });
          for (const who of WHO) expect(line, who).not.to.have.property(who);
        });
      }

      it('a limit', async () => {
        const asker = await limitedCaller();
        for (let calls = 0; calls < MOST_BEFORE_REFUSAL; calls += 1) {
          const { line } = await lineOf(app(), () => call({ ...asker, body: anyBody() }));
          if (line['status'] !== 429) continue;
          expectLine(line, route, { outcome: 'rate_limited', status: 429 });
          expectOrg(line, limited);
          return;
        }
        throw new Error('nothing was refused');
      });

      it('an outage: a second line, of severity ERROR, says why', async () => {
        const request = await withSession();
        const { line, others } = await lineOf(app(), async () => {
          expectError(
            await failing(
              app(),
              () => true,
              () => call(request),
            ),
            503,
            'unavailable',
          );
        });
        expectLine(line, route, { outcome: 'unavailable', status: 503 });
        expect(others).to.have.length(1);
        const { requestId } = line;
        expect(others[0]).to.deep.include({
          severity: 'ERROR',
          message: 'unavailable',
          requestId,
          route: title(route),
        });
        expect(others[0]?.['cause']).to.have.property('name');
      });

      it('a bug of ours', async () => {
        const request = await withSession();
        const { line, others, text } = await lineOf(app(), async () => {
          const bug = () => new RangeError('the bug says +12025550199');
          expectError(
            await failing(
              app(),
              () => true,
              () => call(request),
              bug,
            ),
            500,
            'internal',
          );
        });
        expectLine(line, route, { outcome: 'internal', status: 500 });
        expect(others[0]).to.deep.include({ severity: 'ERROR', message: 'internal' });
        expect(text).not.to.include('the bug says');
      });

      if (needsSession(route)) {
        it('a bad session', async () => {
          const credentials = credentialsFor(route, { org, session: 'a.b.c' });
          const { line } = await lineOf(app(), () => call({ ...credentials, body: anyBody() }));
          expectLine(line, route, { outcome: 'invalid_session', status: 401 });
          if (isPartners(route)) expect(line['orgId']).to.equal(org.org.orgId);
          expect(line).not.to.have.property('uid');
        });
      }

      if (route.body !== null) {
        it('a body that is not valid', async () => {
          const { request } = await workingRequest(app(), org, route);
          const { line } = await lineOf(app(), () => call({ ...request, body: undefined, raw: '{"x":' }));
          expectLine(line, route, { outcome: 'invalid_request', status: 400 });
        });
      }
    });
  }

  it('a repetition is marked as one, and is not the event a second time', async () => {
    const route = routes.find(({ operationId }) => operationId === 'partnerRegister') as Route;
    const { request } = await workingRequest(app(), org, route);
    const keyed = { ...request, headers: { 'idempotency-key': 'logged' } };
    const first = await lineOf(app(), () => callRoute(app(), route, keyed));
    expect(first.line).not.to.have.property('replayed');
    const { line } = await lineOf(app(), () => callRoute(app(), route, keyed));
    expect(line).to.deep.include({ event: route.event, outcome: 'ok', replayed: true, uid: first.line['uid'] });
  });
});
