import { expect } from 'chai';
import { fulfilled, SpyLimitStore, times } from '../../test/support/spy-limit-store.js';
import { expectCode, expectThrownCode, INDEX_KEY, ManualClock, rejection } from '../../test/support/unit-fixtures.js';
import { RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../lib/clock.js';
import { LIMIT_PERIOD_MS, UNSURE_REFUSAL_MEMORY_MS } from './limit-policy.js';
import { Limiter, type LimitSubject, type LimitUse } from './limiter.js';

/** The first of a period of counters. */
const MIDNIGHT = LIMIT_PERIOD_MS * 682;
const NOON = MIDNIGHT + 12 * HOUR_MS;
const SUBJECT: LimitSubject = { id: ['login', 'org_a', 'email:ada@example.com'] };
const SENDS: LimitUse = { limit: 'code_sends' };
const TRIES: LimitUse = { limit: 'password_tries' };

function setUp(start = NOON) {
  const clock = new ManualClock(start);
  const limits = new SpyLimitStore();
  return { clock, limits, limiter: new Limiter({ limits, clock, indexKey: INDEX_KEY }) };
}

function admitted(limiter: Limiter, tries: number, use: LimitUse, subject = SUBJECT): Promise<number> {
  return fulfilled(times(tries, () => limiter.reserve(subject, [use])));
}

describe('Limiter', () => {
  it('admits as many as the limit, and then no more', async () => {
    const { limiter } = setUp();
    for (const _ of times(3, String)) await limiter.reserve(SUBJECT, [SENDS]);
    const error = await expectCode(limiter.reserve(SUBJECT, [SENDS]), 'rate_limited');
    expect(error.exceeded).to.deep.equal([
      { name: 'sends10m', quota: 3, windowSeconds: 600, remaining: 0, resetSeconds: 600 },
    ]);
  });

  /** A-01 at this level; the store's part is in its contract. */
  for (const [use, limit] of [
    [SENDS, 3],
    [TRIES, 100],
    [{ limit: 'client_password_tries', scope: 'clients.c1' }, 10],
  ] as const)
    it(`admits exactly ${limit} of 200 parallel requests by ${use.limit}`, async () => {
      const { limiter } = setUp();
      expect(await admitted(limiter, 200, use)).to.equal(limit);
      expect(await admitted(limiter, 200, use), 'again').to.equal(0);
    });

  it('begins anew with each window, to the millisecond', async () => {
    const { clock, limiter } = setUp(NOON + 10 * MINUTE_MS - 1);
    expect(await admitted(limiter, 5, SENDS)).to.equal(3);
    clock.advance(1);
    expect(await admitted(limiter, 5, SENDS), 'two are left of the hour').to.equal(2);
    clock.advance(10 * MINUTE_MS);
    expect(await admitted(limiter, 5, SENDS)).to.equal(0);
    clock.advance(40 * MINUTE_MS);
    expect(await admitted(limiter, 5, SENDS), 'the next hour').to.equal(3);
  });

  it('does not let refused requests use up the longer windows', async () => {
    const { clock, limiter } = setUp();
    expect(await admitted(limiter, 500, SENDS)).to.equal(3);
    clock.advance(10 * MINUTE_MS);
    expect(await admitted(limiter, 500, SENDS)).to.equal(2);
    clock.advance(50 * MINUTE_MS);
    expect(await admitted(limiter, 500, SENDS)).to.equal(3);
  });

  it('admits ten a day by the longest window, however they are spread', async () => {
    const { clock, limiter } = setUp(MIDNIGHT);
    let count = 0;
    for (const _ of times(24, String)) {
      count += await admitted(limiter, 2, SENDS);
      clock.advance(HOUR_MS);
    }
    expect(count).to.equal(10);
    expect(await admitted(limiter, 1, SENDS), 'the next day').to.equal(1);
  });

  it('counts the parts of a subject, each subject and each limit by itself', async () => {
    const { limiter } = setUp();
    await admitted(limiter, 3, SENDS);
    const others = [
      ['login', 'org_b', 'email:ada@example.com'],
      ['login', 'org_a', 'email:eve@example.com'],
      ['password_reset', 'org_a', 'email:ada@example.com'],
      ['login', 'org_aemail:ada@example.com'],
    ];
    for (const id of others) expect(await admitted(limiter, 5, SENDS, { id }), String(id)).to.equal(3);
    for (const scope of ['email', 'phone']) expect(await admitted(limiter, 5, { ...SENDS, scope })).to.equal(3);
    expect(await admitted(limiter, 200, TRIES)).to.equal(100);
  });

  it('costs one write a request, whatever it counts, and one more when refused; no contact stands in it', async () => {
    const { limiter, limits, clock } = setUp();
    await fulfilled(times(4, () => limiter.reserve(SUBJECT, [SENDS, TRIES])));
    const added = limits.written.map(({ changes }) => changes.map((change) => 'add' in change && change.add));
    expect(added).to.deep.equal([...Array(4).fill([1, 1, 1, 1]), [-1, -1, -1, -1]]);
    expect(JSON.stringify(limits.written)).not.to.match(/@|example|login/);
    expect(new Set(limits.written.map(({ key }) => key)).size, 'documents').to.equal(1);
    for (const { purgeAt } of limits.written)
      expect(purgeAt.getTime()).to.be.greaterThan(clock.now() + LIMIT_PERIOD_MS);
  });

  it('begins a new document each period, and keeps it until the period is over', async () => {
    const { clock, limiter, limits } = setUp(MIDNIGHT);
    for (const _ of times(31, String)) {
      await limiter.reserve(SUBJECT, [SENDS]);
      clock.advance(DAY_MS);
    }
    expect(new Set(limits.written.map(({ key }) => key)).size).to.equal(2);
    const [first, last] = [limits.written[0], limits.written[29]];
    for (const written of [first, last]) expect(written?.purgeAt.getTime()).to.be.at.least(MIDNIGHT + LIMIT_PERIOD_MS);
  });

  it('refuses when it cannot count, and counts on afterwards', async () => {
    const { limiter, limits } = setUp();
    limits.failure = new UnavailableError();
    expect(await rejection(limiter.reserve(SUBJECT, [SENDS]))).to.be.instanceOf(UnavailableError);
    limits.failure = undefined;
    expect(await admitted(limiter, 200, SENDS)).to.equal(3);
  });

  it('keeps to what an org has set: fewer, or more up to the ceiling', async () => {
    for (const [sends10m, limit] of [
      [1, 1],
      [2, 2],
      [4, 4],
      [5, 5],
      [6, 5],
      [1e9, 5],
    ] as const) {
      const { limiter } = setUp();
      const subject = { ...SUBJECT, settings: { sends10m, sends1h: 10 } };
      expect(await admitted(limiter, 50, SENDS, subject), String(sends10m)).to.equal(limit);
    }
  });
});

describe('Limiter: giving back', () => {
  it('gives back what was not used', async () => {
    const { limiter } = setUp();
    const count = await limiter.reserve(SUBJECT, [SENDS]);
    await admitted(limiter, 2, SENDS);
    await limiter.giveBack(count);
    expect(await admitted(limiter, 5, SENDS)).to.equal(1);
  });

  it('gives back all that was counted together, in one write, and tells what is left', async () => {
    const { limiter, limits } = setUp();
    for (const _ of times(100, String)) {
      const count = await limiter.reserve(SUBJECT, [SENDS, TRIES]);
      expect(await limiter.giveBack(count)).to.deep.include({ counts: [0, 0, 0, 0], left: [0, 0, 0, 0] });
    }
    expect(limits.written).to.have.length(200);
    expect(await admitted(limiter, 5, SENDS)).to.equal(3);
  });

  for (const error of [new UnavailableError(), new RequestInProgressError()])
    it(`refuses all the same when it fails (${error.code}), for the shortest window and for the moment`, async () => {
      const { clock, limiter, limits } = setUp();
      await admitted(limiter, 3, SENDS);
      limits.returnFailure = error;
      const { exceeded } = await expectCode(limiter.reserve(SUBJECT, [SENDS]), 'rate_limited');
      expect(exceeded.map(({ name }) => name)).to.deep.equal(['sends10m']);
      clock.advance(UNSURE_REFUSAL_MEMORY_MS);
      limiter.assertOpen(SUBJECT, [SENDS]);
    });

  it('hides no bug of ours behind a refusal', async () => {
    const { limiter, limits } = setUp();
    await admitted(limiter, 3, SENDS);
    limits.returnFailure = new TypeError('a bug');
    expect(await rejection(limiter.reserve(SUBJECT, [SENDS]))).to.be.instanceOf(TypeError);
  });

  it('gives back to the window that was counted, though it is over', async () => {
    const { clock, limiter } = setUp(MIDNIGHT - 1);
    const count = await limiter.reserve(SUBJECT, [SENDS]);
    clock.advance(1);
    await limiter.giveBack(count);
    expect(await admitted(limiter, 5, SENDS), 'the new window is not loosened').to.equal(3);
  });

  it('forgets uses and other counters, and that they were full when it is told to', async () => {
    const { limiter } = setUp();
    expect(await admitted(limiter, 5, SENDS)).to.equal(3);
    expectThrownCode(() => limiter.assertOpen(SUBJECT, [SENDS]), 'rate_limited');
    await limiter.forget(SUBJECT, ['failures'], [SENDS]);
    expectThrownCode(() => limiter.assertOpen(SUBJECT, [SENDS]), 'rate_limited');
    limiter.forgetRefusals(SUBJECT);
    limiter.assertOpen(SUBJECT, [SENDS]);
    expect(await admitted(limiter, 5, SENDS)).to.equal(3);
  });
});
