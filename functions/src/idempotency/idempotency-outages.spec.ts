import { expect } from 'chai';
import { expectCode, INDEX_KEY, ManualClock, rejection, testKeyring } from '../../test/support/unit-fixtures.js';
import { MemoryIdempotencyStore } from '../adapters/memory/memory-idempotency-store.js';
import { RateLimitedError, RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { FieldCipher } from '../pii/field-cipher.js';
import { IDEMPOTENCY_LEASE_MS } from './idempotency-policy.js';
import type { Attempt, IdempotencyId, IdempotencyRecord } from './idempotency-record.js';
import { IdempotencyService } from './idempotency-service.js';
import type { IdempotencyStore } from './idempotency-store.js';

type Method = keyof IdempotencyStore;

const REQUEST = { caller: 'gh_key_secret', key: 'key-of-the-partner', request: ['POST', '/verify', '', 'Ym9keQ=='] };

/** Fails where it is told to, and remembers what it was given. */
class FailingStore extends MemoryIdempotencyStore {
  readonly failing = new Map<Method, Error>();
  readonly given: unknown[] = [];

  override create = this.wrap('create', super.create);
  override find = this.wrap('find', super.find);
  override replace = this.wrap('replace', super.replace);
  override settle = this.wrap('settle', super.settle);
  override release = this.wrap('release', super.release);

  private wrap<Args extends unknown[], T>(method: Method, run: (...args: Args) => Promise<T>) {
    return async (...args: Args): Promise<T> => {
      const error = this.failing.get(method);
      if (error !== undefined) throw error;
      this.given.push(args);
      return run.apply(this, args);
    };
  }
}

describe('IdempotencyService and its store', () => {
  let clock: ManualClock;
  let store: FailingStore;
  let attempts: Attempt[];
  beforeEach(() => {
    [clock, store, attempts] = [new ManualClock(), new FailingStore(), []];
  });

  function run<T>(work: () => T | Promise<T>, request = REQUEST) {
    const cipher = new FieldCipher(testKeyring('data'));
    const service = new IdempotencyService({ idempotency: store, cipher, clock, indexKey: INDEX_KEY });
    return service.run(request, async (attempt) => {
      attempts.push(attempt);
      return work();
    });
  }

  for (const method of ['create', 'find', 'replace'] as const) {
    it(`that is down at ${method}: the request is refused and nothing is done`, async () => {
      await rejection(run(() => Promise.reject(new UnavailableError())));
      store.failing.set(method, new UnavailableError());
      await expectCode(
        run(() => 1),
        'unavailable',
      );
      expect(attempts).to.have.length(1);
    });
  }

  it('that is down when the work is done: the answer goes out, and the next try resumes after the lease', async () => {
    store.failing.set('settle', new UnavailableError());
    expect(await run(() => 'done')).to.deep.equal({ outcome: { value: 'done' }, replayed: false });
    store.failing.clear();
    await expectCode(
      run(() => 'again'),
      'request_in_progress',
    );
    clock.advance(IDEMPOTENCY_LEASE_MS);
    await run(() => 'again');
    expect(attempts[1]).to.deep.equal({ seed: attempts[0]?.seed, resumed: true });
  });

  it('that is contended when the work is done: the answer goes out', async () => {
    store.failing.set('settle', new RequestInProgressError());
    expect(await run(() => 'done')).to.deep.include({ outcome: { value: 'done' } });
  });

  it('that is down when the work has failed: the work’s own error goes out, not the store’s', async () => {
    store.failing.set('release', new UnavailableError());
    await expectCode(
      run(() =>
        Promise.reject(
          new RateLimitedError([{ name: 'x', quota: 1, windowSeconds: 1, remaining: 0, resetSeconds: 9 }]),
        ),
      ),
      'rate_limited',
    );
    store.failing.clear();
    await expectCode(
      run(() => 1),
      'request_in_progress',
    );
  });

  it('that has a bug is not mistaken for one that is down', async () => {
    store.failing.set('settle', new TypeError('a bug'));
    expect(await rejection(run(() => 1))).to.be.instanceOf(TypeError);
  });

  it('that has lost a record between two looks: the caller is told to try again', async () => {
    store.create = async () => false;
    await expectCode(
      run(() => 1),
      'request_in_progress',
    );
  });

  it('is given neither key, caller nor request, and the answer encrypted', async () => {
    await run(() => ({ sessionToken: 'eyJ.the.token' }));
    await run(() => 1);
    const given = JSON.stringify(store.given);
    for (const secret of [
      REQUEST.caller,
      REQUEST.key,
      ...REQUEST.request.filter((part) => part !== ''),
      'eyJ.the.token',
      'sessionToken',
    ])
      for (const spelled of [secret, Buffer.from(secret).toString('base64').replace(/=*$/, '').slice(0, -1)])
        expect(given, spelled).not.to.include(spelled);
    const [[id, record]] = store.given as [[IdempotencyId, IdempotencyRecord]];
    expect(id).to.match(/^[0-9a-f]{64}$/);
    expect(Buffer.from(record.fingerprint, 'base64url')).to.have.length(32);
  });

  it('whose answers were swapped: an answer is of its own key alone', async () => {
    await run(() => 'mine');
    await run(() => 'of another', { ...REQUEST, key: 'another' });
    const settled = store.given.filter(
      (args): args is [IdempotencyId, string] => typeof (args as unknown[])[1] === 'string',
    );
    const [[mine] = [], [, others] = []] = settled;
    await store.settle(mine as IdempotencyId, others as string);
    expect(await rejection(run(() => 1))).to.be.instanceOf(Error);
  });
});
