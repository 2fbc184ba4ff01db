import { expect } from 'chai';
import { IdempotencyDesk, REQUEST } from '../../test/support/idempotency-desk.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { IDEMPOTENCY_LEASE_MS, IDEMPOTENCY_MEMORY_MS } from './idempotency-policy.js';
import { freshAttempt } from './idempotency-service.js';

describe('IdempotencyService', () => {
  let desk: IdempotencyDesk;
  beforeEach(() => {
    desk = new IdempotencyDesk();
  });

  it('runs a request once and gives its answer again, equal', async () => {
    const value = {
      status: 201,
      body: { text: 'é "quoted" 𝄞', list: [1, null, { a: true }] },
      headers: { 'X-A': '1' },
    };
    expect(await desk.run(() => value)).to.deep.equal({ outcome: { value }, replayed: false });
    for (const _ of [1, 2]) {
      const again = await desk.run(() => ({ status: 500 }));
      expect(again).to.deep.equal({ outcome: { value }, replayed: true });
    }
    expect(desk.attempts).to.have.length(1);
  });

  it('gives each try without a predecessor a seed of its own: 128 bits, and nothing to resume', async () => {
    await desk.run(() => 1);
    await desk.run(() => 1, { key: 'key-2' });
    const seeds = [...desk.attempts, freshAttempt(), freshAttempt()];
    expect(new Set(seeds.map(({ seed }) => seed)).size).to.equal(4);
    for (const { seed, resumed } of seeds) {
      expect(Buffer.from(seed, 'base64url')).to.have.length(16);
      expect(resumed).to.equal(false);
    }
  });

  it('refuses the key with another request, in whichever part it differs', async () => {
    await desk.run(() => 1);
    const parts = REQUEST.request;
    const others = [...parts.map((_, index) => parts.with(index, 'x')), [...parts, ''], [parts.join('')], []];
    for (const request of others)
      await expectCode(
        desk.run(() => 2, { request }),
        'idempotency_mismatch',
      );
    expect(desk.attempts).to.have.length(1);
  });

  it('refuses another request also while the first is running, and after it failed', async () => {
    await desk.die();
    await expectCode(
      desk.run(() => 2, { request: ['other'] }),
      'idempotency_mismatch',
    );
    await rejection(desk.run(() => Promise.reject(new UnavailableError()), { key: 'failed' }));
    await expectCode(
      desk.run(() => 2, { key: 'failed', request: ['other'] }),
      'idempotency_mismatch',
    );
  });

  it('keeps callers apart, and keys', async () => {
    for (const change of [{}, { caller: 'gh_key_b' }, { key: 'key-1 ' }, { caller: 'gh_key_akey-1', key: '' }])
      expect((await desk.run(() => JSON.stringify(change), change)).replayed).to.equal(false);
    expect((await desk.run(() => 'x')).outcome).to.deep.equal({ value: '{}' });
  });

  it('remembers for 24 hours to the millisecond, then begins anew', async () => {
    await desk.run(() => 'first');
    desk.clock.advance(IDEMPOTENCY_MEMORY_MS - 1);
    expect((await desk.run(() => 'second')).outcome).to.deep.equal({ value: 'first' });
    desk.clock.advance(1);
    // By then the key is free for any request.
    expect(await desk.run(() => 'second', { request: ['other'] })).to.deep.include({ replayed: false });
    await expectCode(
      desk.run(() => 3),
      'idempotency_mismatch',
    );
    const [one, two] = desk.attempts;
    expect(two?.seed).not.to.equal(one?.seed);
    expect(two?.resumed).to.equal(false);
  });

  describe('a try that is not heard of again', () => {
    it('is left alone until its lease is over, to the millisecond', async () => {
      await desk.die();
      const refused = await expectCode(
        desk.run(() => 1),
        'request_in_progress',
      );
      expect(refused.retryAfterSeconds).to.equal(1);
      desk.clock.advance(IDEMPOTENCY_LEASE_MS - 1);
      await expectCode(
        desk.run(() => 1),
        'request_in_progress',
      );
      desk.clock.advance(1);
      expect((await desk.run(() => 1)).replayed).to.equal(false);
    });

    it('is taken over with the same seed, again and again', async () => {
      for (const _ of [1, 2, 3]) {
        await desk.die();
        desk.clock.advance(IDEMPOTENCY_LEASE_MS);
      }
      await desk.run(() => 1);
      expect(new Set(desk.attempts.map(({ seed }) => seed)).size).to.equal(1);
      expect(desk.attempts.map(({ resumed }) => resumed)).to.deep.equal([false, true, true, true]);
    });

    it('is forgotten 24 hours after the first, however often it was taken over', async () => {
      await desk.die();
      desk.clock.advance(IDEMPOTENCY_MEMORY_MS / 2);
      await desk.run(() => 'kept');
      desk.clock.advance(IDEMPOTENCY_MEMORY_MS / 2);
      expect((await desk.run(() => 'new')).outcome).to.deep.equal({ value: 'new' });
    });

    it('is left alone also when its key is forgotten while it runs', async () => {
      await desk.die();
      desk.clock.advance(IDEMPOTENCY_MEMORY_MS - 1);
      await desk.die();
      desk.clock.advance(1);
      await expectCode(
        desk.run(() => 1),
        'request_in_progress',
      );
      desk.clock.advance(IDEMPOTENCY_LEASE_MS);
      expect((await desk.run(() => 1)).replayed).to.equal(false);
      expect(desk.attempts.at(-1)?.resumed).to.equal(false);
    });

    it('is taken over by one of many', async () => {
      await desk.die();
      desk.clock.advance(IDEMPOTENCY_LEASE_MS);
      const tries = await Promise.allSettled(Array.from({ length: 50 }, () => desk.run(() => 1)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      expect(desk.attempts).to.have.length(2);
    });
  });

  it('lets one of 50 at once do the work; the others are told to wait, and get its answer afterwards', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => desk.run(() => index)));
    const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won).to.have.length(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason.code).to.equal('request_in_progress');
    expect((await desk.run(() => -1)).outcome).to.deep.equal(won[0]?.outcome);
    expect(desk.attempts).to.have.length(1);
  });
});
