import { expect } from 'chai';
import type { StubServer } from '../../../test/support/stub-server.js';
import { adminCall, BRIEF, publicCall, stubbedToolkit } from '../../../test/support/toolkit-stub.js';
import { expectCode, rejection } from '../../../test/support/unit-fixtures.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { BackendObserver } from '../../lib/backend.js';
import { underDeadline } from '../../lib/deadline.js';
import { expecting } from './identity-toolkit-client.js';
import { IdentityToolkitError } from './identity-toolkit-error.js';

describe('IdentityToolkitClient', () => {
  const google = stubbedToolkit();

  const lookup = (client = google.client()) => client.callAdmin('v1', 'accounts:lookup', { localId: ['usr_a'] });
  const signIn = (client = google.client()) =>
    client.callPublic('accounts:signInWithPassword', { email: 'ada@example.com' });

  it('calls as our service account, below the project', async () => {
    google.answers({ users: [] });
    expect(await lookup()).to.deep.equal({ users: [] });
    expect(google.asked()).to.deep.equal(adminCall('accounts:lookup', { localId: ['usr_a'] }));
  });

  it('calls as a client, with the web API key and no access token', async () => {
    google.answers({ localId: 'usr_a' });
    expect(await signIn()).to.deep.equal({ localId: 'usr_a' });
    expect(google.asked()).to.deep.equal(publicCall('accounts:signInWithPassword', { email: 'ada@example.com' }));
  });

  for (const method of ['GET', 'DELETE'] as const)
    it(`calls with ${method} and no body`, async () => {
      google.answers({ name: 'a tenant' });
      const answer = await google.client().callAdmin('v2', 'tenants/t-1?pageToken=a%26b', null, method);
      expect(answer).to.deep.equal({ name: 'a tenant' });
      const { url } = google.requests[0] ?? {};
      expect(url?.search).to.equal('?pageToken=a%26b');
      expect(google.asked()).to.deep.equal({ ...adminCall('tenants/t-1', '', 'v2'), method });
    });

  it('names its calls without ids and queries', async () => {
    const names: string[] = [];
    const observer: BackendObserver = ({ operation }, proceed) => {
      names.push(operation);
      return proceed();
    };
    const client = google.client({ observer });
    await client.callAdmin('v2', 'tenants', {});
    await client.callAdmin('v2', 'tenants?pageSize=1000', null, 'GET');
    await client.callAdmin('v2', 'tenants/acme-x1y2z', null, 'DELETE');
    await client.callAdmin('v1', 'tenants/acme-x1y2z/accounts:lookup', {});
    expect(names).to.deep.equal(['tenants', 'tenants', 'tenant', 'accounts:lookup']);
  });

  it('makes one request a call, also when it fails: repeating is not its business', async () => {
    for (const answer of [{ status: 503, json: {} }, { status: 500, text: 'x' }, 'drop'] as const) {
      google.answer = answer;
      await rejection(lookup());
      google.taken();
    }
  });

  describe('reads the reason of an error', () => {
    const REASONS: readonly (readonly [message: unknown, reason: string])[] = [
      ['EMAIL_EXISTS', 'EMAIL_EXISTS'],
      ['WEAK_PASSWORD : Password should be at least 6 characters', 'WEAK_PASSWORD'],
      ['TOO_MANY_ATTEMPTS_TRY_LATER : Access to this account …', 'TOO_MANY_ATTEMPTS_TRY_LATER'],
      ['something went wrong', 'UNKNOWN'],
      ['', 'UNKNOWN'],
      [undefined, 'UNKNOWN'],
      [42, 'UNKNOWN'],
      [{ nested: true }, 'UNKNOWN'],
    ];
    for (const [message, reason] of REASONS)
      it(`${JSON.stringify(message)} is ${reason}`, async () => {
        google.answer = { status: 400, json: { error: { code: 400, message } } };
        const error = await rejection(lookup());
        expect(error).to.be.instanceOf(IdentityToolkitError).and.include({ status: 400, reason });
      });

    for (const json of [{}, { error: null }, { error: 'text' }, []])
      it(`an error that is ${JSON.stringify(json)} is UNKNOWN`, async () => {
        google.answer = { status: 502, json };
        expect(await rejection(lookup())).to.include({ status: 502, reason: 'UNKNOWN' });
      });
  });

  describe('is unavailable', () => {
    const OUTAGES: Readonly<Record<string, StubServer['answer']>> = {
      'on an HTML page with status 200': { status: 200, text: '<html>captive portal</html>' },
      'on an HTML page with status 502': { status: 502, text: '<html>Bad Gateway</html>' },
      'on nothing': { status: 200, text: '' },
      'on half an answer': 'half',
      'on a broken connection': 'drop',
      'on null with status 200': { status: 200, json: null },
      'on null with status 500': { status: 500, json: null },
    };
    for (const [what, answer] of Object.entries(OUTAGES))
      it(what, async () => {
        google.answer = answer;
        for (const call of [lookup, signIn]) await expectCode(expecting(call(), {}), 'unavailable');
      });

    it('on no answer in time', async () => {
      google.answer = 'hang';
      for (const call of [lookup, signIn]) await expectCode(expecting(call(google.client(BRIEF)), {}), 'unavailable');
    });

    it('when nobody listens', async () => {
      const client = google.client();
      await google.stop();
      await expectCode(client.callPublic('accounts:signInWithPassword', {}), 'unavailable');
    });

    it('when there is no access token, without asking', async () => {
      google.accessToken = () => Promise.reject(new Error('metadata server: ENOTFOUND'));
      await expectCode(lookup(), 'unavailable');
      expect(google.requests).to.deep.equal([]);
    });

    it('when the access token does not come in time', async () => {
      google.accessToken = () => new Promise(() => {});
      await expectCode(lookup(google.client(BRIEF)), 'unavailable');
      expect(google.requests).to.deep.equal([]);
    });

    it('at once while it is known to be down, and not because of what it says of users', async () => {
      const breaker = { windowMs: 60_000, minCalls: 3, threshold: 0.5, probeEveryMs: 60_000 };
      const client = google.client({ breaker });
      const calls = () =>
        Promise.allSettled([1, 2, 3, 4].map(() => client.callPublic('accounts:signInWithPassword', {})));
      for (const reason of ['INVALID_LOGIN_CREDENTIALS', 'TENANT_NOT_FOUND']) {
        google.refuses(reason);
        for (let round = 0; round < 3; round += 1) await calls();
      }
      expect(google.requests.splice(0)).to.have.length(24);
      google.refuses('QUOTA_EXCEEDED : Exceeded quota for verifying passwords.');
      for (let round = 0; round < 9; round += 1) await calls();
      expect(google.requests.length).to.be.below(30);
      google.requests.length = 0;
      await expectCode(client.callPublic('accounts:signInWithPassword', {}), 'unavailable');
      expect(google.requests).to.deep.equal([]);
    });

    it('when the request that it is part of is over', async () => {
      await expectCode(
        underDeadline(AbortSignal.abort(), () => lookup()),
        'unavailable',
      );
      expect(google.requests).to.deep.equal([]);
    });
  });
});

describe('expecting', () => {
  const failing = (reason: string) => Promise.reject(new IdentityToolkitError(400, reason));

  it('answers what the call answers', async () => {
    expect(await expecting(Promise.resolve(1), { EMAIL_EXISTS: () => 2 })).to.equal(1);
  });

  it('turns the reasons it knows into outcomes, and every other into an outage', async () => {
    expect(await expecting(failing('EMAIL_EXISTS'), { EMAIL_EXISTS: () => 2 })).to.equal(2);
    const error = await expectCode(expecting(failing('QUOTA_EXCEEDED'), { EMAIL_EXISTS: () => 2 }), 'unavailable');
    expect(error.cause).to.be.instanceOf(IdentityToolkitError);
  });

  it('lets other errors through as they are', async () => {
    for (const error of [new UnavailableError(), new TypeError('a bug of ours')])
      expect(await rejection(expecting(Promise.reject(error), {}))).to.equal(error);
  });
});
