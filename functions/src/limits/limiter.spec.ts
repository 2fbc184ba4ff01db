import { expect } from 'chai';
import { expectCode, INDEX_KEY, ManualClock, rejection } from '../../test/support/unit-fixtures.js';
import { MemoryLimitStore } from '../adapters/memory/memory-stores.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { CODE_SENDS, LIMITS, type LimitPolicy, PASSWORD_TRIES } from './limit-policy.js';
import type { LimitKey, LimitStore } from './limit-store.js';
import { Limiter } from './limiter.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2026, 0, 15);
const SUBJECT = ['login', 'org_a', 'email:ada@example.com'];

class SpyStore implements LimitStore {
  readonly added: { key: LimitKey; counters: readonly string[]; by: number; purgeAt: Date }[] = [];
  down = false;
  private readonly store = new MemoryLimitStore();

  async add(key: LimitKey, counters: readonly string[], by: 1 | -1, purgeAt: Date): Promise<readonly number[]> {
    if (this.down) throw new UnavailableError();
    this.added.push({ key, counters, by, purgeAt });
    return this.store.add(key, counters, by);
  }
}

function setUp(start = MIDNIGHT + 12 * HOUR) {
  const clock = new ManualClock(start);
  const limits = new SpyStore();
  return { clock, limits, limiter: new Limiter({ limits, clock, indexKey: INDEX_KEY }) };
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

async function admitted(limiter: Limiter, tries: number, policy: LimitPolicy, subject = SUBJECT): Promise<number> {
  const results = await Promise.allSettled(times(tries).map(() => limiter.reserve(subject, policy)));
  return results.filter(({ status }) => status === 'fulfilled').length;
}

describe('Limiter', () => {
  it('admits as many as the limit, and then no more', async () => {
    const { limiter } = setUp();
    for (const _ of times(3)) await limiter.reserve(SUBJECT, CODE_SENDS);
    const error = await expectCode(limiter.reserve(SUBJECT, CODE_SENDS), 'rate_limited');
    expect(error.exceeded).to.deep.equal([{ name: 'sends10m', quota: 3, windowSeconds: 600, resetSeconds: 600 }]);
  });

  /** A-01 at this level; the store's part is in its contract. */
  it('admits exactly the limit of 200 parallel requests', async () => {
    for (const [policy, limit] of [[CODE_SENDS, 3] as const, [PASSWORD_TRIES, 10] as const]) {
      const { limiter } = setUp();
      expect(await admitted(limiter, 200, policy)).to.equal(limit);
      expect(await admitted(limiter, 200, policy), 'again').to.equal(0);
    }
  });

  it('begins anew with each window, to the millisecond', async () => {
    const { clock, limiter } = setUp(MIDNIGHT + 12 * HOUR + 10 * MINUTE - 1);
    expect(await admitted(limiter, 5, CODE_SENDS)).to.equal(3);
    clock.advance(1);
    expect(await admitted(limiter, 5, CODE_SENDS), 'two are left of the hour').to.equal(2);
    clock.advance(10 * MINUTE);
    expect(await admitted(limiter, 5, CODE_SENDS)).to.equal(0);
    clock.advance(40 * MINUTE);
    expect(await admitted(limiter, 5, CODE_SENDS), 'the next hour').to.equal(3);
  });

  it('does not let refused requests use up the longer windows', async () => {
    const { clock, limiter } = setUp();
    expect(await admitted(limiter, 500, CODE_SENDS)).to.equal(3);
    clock.advance(10 * MINUTE);
    expect(await admitted(limiter, 500, CODE_SENDS)).to.equal(2);
    clock.advance(50 * MINUTE);
    expect(await admitted(limiter, 500, CODE_SENDS)).to.equal(3);
  });

  it('admits ten a day by the longest window, however they are spread', async () => {
    const { clock, limiter } = setUp(MIDNIGHT);
    let count = 0;
    for (const _ of times(24)) {
      count += await admitted(limiter, 2, CODE_SENDS);
      clock.advance(HOUR);
    }
    expect(count).to.equal(10);
    expect(await admitted(limiter, 1, CODE_SENDS), 'the next day').to.equal(1);
  });

  /** */
  it('tells when there is room again: not too early, and less than a second too late', async () => {
    for (const offset of [0, 1, 999, 1_000, 123_456, 599_001, 599_999]) {
      const { clock, limiter } = setUp(MIDNIGHT + 12 * HOUR + offset);
      for (const _ of times(3)) await limiter.reserve(SUBJECT, CODE_SENDS);
      const { retryAfterSeconds = 0 } = await expectCode(limiter.reserve(SUBJECT, CODE_SENDS), 'rate_limited');
      expect(retryAfterSeconds * 1_000 - (600_000 - offset)).to.be.within(0, 999);
      clock.advance(retryAfterSeconds * 1_000);
      await limiter.reserve(SUBJECT, CODE_SENDS);
    }
  });

  it('tells the wait of the longest window that is full', async () => {
    const { clock, limiter } = setUp(MIDNIGHT + 12 * HOUR);
    await admitted(limiter, 3, CODE_SENDS);
    clock.advance(10 * MINUTE);
    await admitted(limiter, 2, CODE_SENDS);
    const error = await expectCode(limiter.reserve(SUBJECT, CODE_SENDS), 'rate_limited');
    expect(error.exceeded.map(({ name }) => name)).to.deep.equal(['sends1h']);
    expect(error.retryAfterSeconds).to.equal(50 * 60);
  });

  it('gives back what was not used', async () => {
    const { limiter } = setUp();
    const reservation = await limiter.reserve(SUBJECT, CODE_SENDS);
    await admitted(limiter, 2, CODE_SENDS);
    await limiter.giveBack(reservation, CODE_SENDS);
    expect(await admitted(limiter, 5, CODE_SENDS)).to.equal(1);
  });

  it('gives back part of what was counted together', async () => {
    const { limiter } = setUp();
    for (const _ of times(9))
      await limiter.giveBack(await limiter.reserve(SUBJECT, [...CODE_SENDS, ...PASSWORD_TRIES]), CODE_SENDS);
    expect(await admitted(limiter, 5, PASSWORD_TRIES)).to.equal(1);
    expect(await admitted(limiter, 5, CODE_SENDS)).to.equal(3);
  });

  it('gives back to the window that was counted, though it is over', async () => {
    const { clock, limiter } = setUp(MIDNIGHT - 1);
    const reservation = await limiter.reserve(SUBJECT, CODE_SENDS);
    clock.advance(1);
    await limiter.giveBack(reservation, CODE_SENDS);
    expect(await admitted(limiter, 5, CODE_SENDS), 'the new window is not loosened').to.equal(3);
  });

  it('counts each subject and each policy by itself', async () => {
    const { limiter } = setUp();
    await admitted(limiter, 3, CODE_SENDS);
    const others = [
      ['login', 'org_b', 'email:ada@example.com'],
      ['login', 'org_a', 'email:eve@example.com'],
      ['password_reset', 'org_a', 'email:ada@example.com'],
      ['login', 'org_aemail:ada@example.com'],
    ];
    for (const other of others) expect(await admitted(limiter, 5, CODE_SENDS, other), String(other)).to.equal(3);
    expect(await admitted(limiter, 20, PASSWORD_TRIES)).to.equal(10);
  });

  it('costs one write a request, and one more when refused; no contact stands in it', async () => {
    const { limiter, limits, clock } = setUp();
    await admitted(limiter, 4, [...CODE_SENDS, ...PASSWORD_TRIES]);
    expect(limits.added.map(({ by }) => by)).to.deep.equal([1, 1, 1, 1, -1]);
    expect(JSON.stringify(limits.added)).not.to.match(/ada|example|login/);
    for (const { purgeAt } of limits.added) expect(purgeAt.getTime()).to.be.greaterThan(clock.now() + DAY);
  });

  it('refuses when it cannot count', async () => {
    const { limiter, limits } = setUp();
    limits.down = true;
    expect(await rejection(limiter.reserve(SUBJECT, CODE_SENDS))).to.be.instanceOf(UnavailableError);
  });
});

describe('limit policies', () => {
  it('are those of security.md', () => {
    const shape = (policy: LimitPolicy) => policy.map(({ limit, windowMs }) => [limit, windowMs / MINUTE]);
    expect(shape(LIMITS.code_sends)).to.deep.equal([
      [3, 10],
      [5, 60],
      [10, 1_440],
    ]);
    expect(shape(LIMITS.password_tries)).to.deep.equal([
      [10, 10],
      [100, 1_440],
    ]);
  });

  it('have windows that a day holds whole: one document a day is enough', () => {
    for (const { windowMs } of Object.values(LIMITS).flat()) expect(DAY % windowMs).to.equal(0);
  });

  it('name each window differently: the names are fields of one document', () => {
    const names = Object.values(LIMITS).flatMap((policy) => policy.map(({ name }) => name));
    expect(new Set(names).size).to.equal(names.length);
  });
});
