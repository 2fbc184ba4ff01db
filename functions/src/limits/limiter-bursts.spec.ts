import { expect } from 'chai';
import { fulfilled, SpyLimitStore, times } from '../../test/support/spy-limit-store.js';
import { expectCode, INDEX_KEY, ManualClock } from '../../test/support/unit-fixtures.js';
import { RateLimitedError, UnavailableError } from '../errors/gatehouse-error.js';
import { HOUR_MS, MINUTE_MS } from '../lib/clock.js';
import { LIMIT_PERIOD_MS, LOCAL_SUBJECTS, REFUSAL_MEMORY_MS } from './limit-policy.js';
import { collectStandings, type LimitStanding } from './limit-standing.js';
import { Limiter, type LimitSubject, type LimitUse } from './limiter.js';

const NOON = LIMIT_PERIOD_MS * 682 + 12 * HOUR_MS;
const SUBJECT: LimitSubject = { id: ['login', 'org_a', 'email:ada@example.com'] };
const SENDS: LimitUse = { limit: 'code_sends' };

function setUp(start = NOON) {
  const clock = new ManualClock(start);
  const limits = new SpyLimitStore();
  const limiter = new Limiter({ limits, clock, indexKey: INDEX_KEY });
  const reserve = (subject = SUBJECT) => limiter.reserve(subject, [SENDS]);
  return { clock, limits, limiter, reserve };
}

/** What these were refused for: windows and seconds to wait, and how many of them. */
async function refusals(promises: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const errors = await Promise.all(
    promises.map((one) =>
      one.then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );
  const told: Record<string, number> = {};
  for (const error of errors.filter((one) => one !== null)) {
    if (!(error instanceof RateLimitedError)) throw error;
    const words = `${error.exceeded.map(({ name }) => name)} ${error.retryAfterSeconds}`;
    told[words] = (told[words] ?? 0) + 1;
  }
  return told;
}

describe('Limiter: what it tells', () => {
  /** */
  it('tells when there is room again: not too early, and less than a second too late', async () => {
    for (const offset of [0, 1, 999, 1_000, 123_456, 599_001, 599_999]) {
      const { clock, reserve } = setUp(NOON + offset);
      for (const _ of times(3, String)) await reserve();
      for (const from of ['the database', 'memory']) {
        const { retryAfterSeconds = 0 } = await expectCode(reserve(), 'rate_limited');
        expect(retryAfterSeconds * 1_000 - (600_000 - offset), from).to.be.within(0, 999);
      }
      clock.advance(Math.ceil((600_000 - offset) / 1_000) * 1_000);
      await reserve();
    }
  });

  it('tells the wait of the longest window that is full', async () => {
    const { clock, reserve } = setUp();
    await fulfilled(times(3, () => reserve()));
    clock.advance(10 * MINUTE_MS);
    await fulfilled(times(2, () => reserve()));
    for (const _ of ['the database', 'memory'])
      expect(await refusals([reserve()])).to.deep.equal({ [`sends1h ${50 * 60}`]: 1 });
  });

  it('tells all windows that are full', async () => {
    const { reserve } = setUp();
    const subject = { ...SUBJECT, settings: { sends10m: 3, sends1h: 3, sends1d: 3 } };
    await fulfilled(times(3, () => reserve(subject)));
    for (const _ of ['the database', 'memory'])
      expect(await refusals([reserve(subject)])).to.deep.equal({ [`sends10m,sends1h,sends1d ${12 * 3_600}`]: 1 });
  });

  it('notes where each window stands', async () => {
    const { reserve } = setUp();
    const standings = new Map<string, LimitStanding>();
    await collectStandings(standings, async () => {
      await reserve();
      await reserve();
    });
    expect([...standings.values()]).to.deep.equal([
      { name: 'sends10m', quota: 3, windowSeconds: 600, remaining: 1, resetSeconds: 600 },
      { name: 'sends1h', quota: 5, windowSeconds: 3_600, remaining: 3, resetSeconds: 3_600 },
      { name: 'sends1d', quota: 10, windowSeconds: 86_400, remaining: 8, resetSeconds: 43_200 },
    ]);
  });
});

describe('Limiter: a burst', () => {
  /** Answers that come at once, in order, in the reverse order, and in none. */
  const ORDERS: Readonly<Record<string, ((write: number) => number) | undefined>> = {
    'at once': undefined,
    'in order': (write) => 1 + Math.floor(write / 20),
    backwards: (write) => 40 - Math.floor((write % 400) / 10),
    'in no order': (write) => 1 + ((write * 7_919) % 40),
  };

  for (const [order, answersAfter] of Object.entries(ORDERS)) {
    it(`of 200 at once names the window that is full, answered ${order}`, async () => {
      const { limits, reserve, clock } = setUp();
      limits.answersAfter = answersAfter;
      const told = await refusals(times(200, () => reserve()));
      expect(told).to.deep.equal({ 'sends10m 600': 197 });
      // Nor does the memory of it name another one, once it is over.
      clock.advance(5_000);
      expect(await refusals(times(50, () => reserve()))).to.deep.equal({ 'sends10m 595': 50 });
    });

    it(`of 200 at once keeps nothing of the refused, answered ${order}`, async () => {
      const { limits, reserve, clock } = setUp();
      limits.answersAfter = answersAfter;
      await refusals(times(200, () => reserve()));
      clock.advance(10 * MINUTE_MS);
      expect(await fulfilled(times(50, () => reserve())), 'two are left of the hour').to.equal(2);
      clock.advance(5_000);
      expect(await refusals([reserve()])).to.deep.equal({ [`sends1h ${50 * 60 - 5}`]: 1 });
    });
  }

  it('of counts whose work is under way names the window that is full', async () => {
    const { limiter } = setUp();
    const counts = await Promise.all(times(200, () => limiter.count(SUBJECT, [SENDS])));
    const told = await refusals(counts.map((count) => limiter.admit(count, [SENDS])));
    expect(told).to.deep.equal({ 'sends10m 600': 197 });
  });
});

describe('Limiter: a flood', () => {
  it('costs no writes once a window is known to be full', async () => {
    const { limits, reserve } = setUp();
    for (const _ of times(3, String)) await reserve();
    await refusals([reserve()]);
    const before = limits.written.length;
    expect(await refusals(times(1_000, () => reserve()))).to.deep.equal({ 'sends10m 600': 1_000 });
    expect(limits.written.length - before).to.equal(0);
  });

  it('costs at most two writes in 30 s: an unlocking elsewhere is seen by then', async () => {
    const { clock, limits, reserve } = setUp();
    for (const _ of times(3, String)) await reserve();
    for (const _ of times(600, String)) {
      await refusals([reserve()]);
      clock.advance(500);
    }
    expect(limits.written.length - 3).to.be.at.most(2 * (300_000 / REFUSAL_MEMORY_MS));
  });

  it('costs no more after an outage, in which nothing was counted', async () => {
    const { clock, limits, reserve } = setUp();
    limits.failure = new UnavailableError();
    await fulfilled(times(200, () => reserve()));
    limits.failure = undefined;
    for (const _ of times(4, String)) await reserve().catch(() => {});
    clock.advance(REFUSAL_MEMORY_MS / 2);
    const before = limits.written.length;
    await refusals(times(100, () => reserve()));
    expect(limits.written.length - before).to.equal(0);
  });

  it('of many subjects does not grow the memory: the oldest is asked for again', async () => {
    const { limits, reserve } = setUp();
    const subjectOf = (index: number) => ({ id: [String(index)], settings: { sends10m: 1 } });
    for (const index of times(LOCAL_SUBJECTS + 1, (one) => one))
      await refusals([reserve(subjectOf(index)), reserve(subjectOf(index))]);
    const before = limits.written.length;
    await refusals([reserve(subjectOf(LOCAL_SUBJECTS))]);
    expect(limits.written.length - before, 'the newest').to.equal(0);
    await refusals([reserve(subjectOf(0))]);
    expect(limits.written.length - before, 'the oldest').to.equal(2);
  });
});
