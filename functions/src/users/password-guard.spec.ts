import { expect } from 'chai';
import { newOrg } from '../../test/support/records.js';
import { fulfilled, SpyLimitStore, times } from '../../test/support/spy-limit-store.js';
import { expectCode, INDEX_KEY, ManualClock, rejection } from '../../test/support/unit-fixtures.js';
import { LockedOutError, UnavailableError } from '../errors/gatehouse-error.js';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/clock.js';
import { LIMIT_PERIOD_MS, REFUSAL_MEMORY_MS } from '../limits/limit-policy.js';
import { Limiter, type LimitUse } from '../limits/limiter.js';
import { BACK_OFF_CEILING_MS, FAILURE_CEILING } from '../limits/lockout-policy.js';
import { orgPool } from '../orgs/org-record.js';
import { PasswordGuard } from './password-guard.js';

const NOON = LIMIT_PERIOD_MS * 682 + 12 * HOUR_MS;
const ADA = 'ada@example.com';
const SENDS: LimitUse = { limit: 'code_sends', scope: 'email' };

interface Try {
  readonly right?: boolean;
  readonly address?: string | null;
  readonly account?: string;
  readonly on?: PasswordGuard;
}

function setUp(instances = 1) {
  const clock = new ManualClock(NOON);
  const limits = new SpyLimitStore();
  const org = newOrg();
  const guards = times(instances, () => {
    const limiter = new Limiter({ limits, clock, indexKey: INDEX_KEY });
    return new PasswordGuard({ limiter, clock, indexKey: INDEX_KEY });
  });
  const [
    guard = new PasswordGuard({
      limiter: new Limiter({ limits, clock, indexKey: INDEX_KEY }),
      clock,
      indexKey: INDEX_KEY,
    }),
  ] = guards;
  /** A try as the services make it: whether its password was right, and an error when it is not told. */
  async function attempt({
    right = false,
    address = '192.0.2.1',
    account = ADA,
    on = guard,
  }: Try = {}): Promise<boolean> {
    const guarded = on.account(org, account, { address, agent: null });
    const { tried, check } = await on.checking(guarded, [SENDS], async () => right);
    await on.admit(tried);
    await (check ? on.succeed(tried) : on.fail(tried));
    return check;
  }
  const fails = async (count: number, options: Try = {}) => {
    for (const _ of times(count, String)) expect(await attempt(options)).to.equal(false);
  };
  return { clock, limits, org, guard, guards, attempt, fails };
}

/** A network that nobody else has. */
const network = (index: number) => `2001:db8:${index.toString(16)}::1`;

/** Fails from one network after another, four times each, until nobody is let in. */
async function reachCeiling({ fails, clock }: ReturnType<typeof setUp>): Promise<void> {
  for (const index of times(FAILURE_CEILING / 4, (one) => one)) {
    await fails(4, { address: network(index) });
    // The tries of a day are as many as the ceiling.
    if (index % 10 === 9) clock.advance(24 * HOUR_MS);
  }
}

describe('PasswordGuard: one client', () => {
  it('may fail four times and then be right', async () => {
    const { attempt, fails } = setUp();
    for (const _ of times(2, String)) {
      await fails(4);
      expect(await attempt({ right: true })).to.equal(true);
    }
  });

  it('is paused from the fifth failure on, twice as long each time up to an hour, right or wrong', async () => {
    const { clock, attempt, fails } = setUp();
    await fails(4);
    for (const seconds of [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]) {
      await fails(1);
      for (const right of [true, false]) {
        const error = await expectCode(attempt({ right }), 'locked_out');
        expect(error.retryAfterSeconds).to.equal(seconds);
      }
      clock.advance(seconds * SECOND_MS - 1);
      // from memory and from the database.
      expect((await expectCode(attempt({ right: true }), 'locked_out')).retryAfterSeconds).to.equal(1);
      clock.advance(1);
    }
    expect(await attempt({ right: true })).to.equal(true);
    await fails(4);
  });

  it('is told the whole pause, whether from memory or from the database', async () => {
    const { clock, attempt, fails } = setUp();
    await fails(5);
    for (const seconds of [30, 60, 120]) {
      clock.advance(seconds * SECOND_MS);
      await fails(1);
    }
    for (let left = 240; left > 0; left -= 7) {
      expect((await expectCode(attempt(), 'locked_out')).retryAfterSeconds).to.equal(left);
      clock.advance(7 * SECOND_MS);
    }
  });

  it('of one /64 is one, in every spelling; the next is another', async () => {
    const { attempt, fails } = setUp();
    for (const index of times(5, (one) => one)) await fails(1, { address: `2001:db8:1:2:${index}::${index}` });
    await expectCode(attempt({ right: true, address: '2001:db8:1:2:ffff::' }), 'locked_out');
    expect(await attempt({ right: true, address: '2001:db8:1:3::' })).to.equal(true);
  });

  it('without an address is one as well', async () => {
    const { attempt, fails } = setUp();
    await fails(5, { address: null });
    await expectCode(attempt({ right: true, address: null }), 'locked_out');
    expect(await attempt({ right: true })).to.equal(true);
  });

  it('may try ten times in ten minutes', async () => {
    const { attempt } = setUp();
    for (const _ of times(10, String)) expect(await attempt({ right: true })).to.equal(true);
    const error = await expectCode(attempt({ right: true }), 'rate_limited');
    expect(error.exceeded.map(({ name }) => name)).to.deep.equal(['tries10m']);
  });
});

describe('PasswordGuard: an account', () => {
  /** @see CVE-2024-1722 a lockout kept the account's owner out */
  it('A-08: is open to its owner while others fail, and their pause stays when the owner logs in', async () => {
    const { clock, attempt, fails } = setUp();
    const attacker = '203.0.113.9';
    await fails(5, { address: attacker });
    for (const _ of times(1_000, String)) {
      await attempt({ address: attacker }).catch(() => {});
      clock.advance(SECOND_MS);
    }
    expect(await attempt({ right: true })).to.equal(true);
    await expectCode(attempt({ right: true, address: attacker }), 'locked_out');
  });

  it('is locked at 100 failures in a row from anywhere, until it is unlocked', async () => {
    const set = setUp();
    const { clock, attempt, guard, org } = set;
    await reachCeiling(set);
    for (const wait of [0, REFUSAL_MEMORY_MS / 2, REFUSAL_MEMORY_MS, HOUR_MS]) {
      clock.advance(wait);
      const error = await expectCode(attempt({ right: true }), 'locked_out');
      expect(error.retryAfterSeconds).to.be.within(
        BACK_OFF_CEILING_MS / SECOND_MS - 30,
        BACK_OFF_CEILING_MS / SECOND_MS,
      );
    }
    await guard.unlock(orgPool(org), ADA);
    expect(await attempt({ right: true })).to.equal(true);
    expect(await attempt({ address: network(0) }), 'clients begin anew').to.equal(false);
  });

  it('A-08: that 100 tries of a day have filled is open at once when it is unlocked', async () => {
    const { attempt, fails, guard, org } = setUp();
    for (const index of times(25, (one) => one)) await fails(4, { address: network(index) });
    await expectCode(attempt({ right: true }), 'locked_out');
    await guard.unlock(orgPool(org), ADA);
    expect(await attempt({ right: true })).to.equal(true);
  });

  it('begins its row of failures anew with a right password', async () => {
    const set = setUp();
    for (const _ of times(3, String)) {
      for (const index of times(20, (one) => one)) await set.fails(4, { address: network(index) });
      set.clock.advance(24 * HOUR_MS);
      expect(await set.attempt({ right: true, address: network(999) })).to.equal(true);
      for (const index of times(20, (one) => one)) await set.attempt({ right: true, address: network(index) });
      set.clock.advance(24 * HOUR_MS);
    }
  });

  it('is one of its org, and one of many', async () => {
    const { attempt, fails } = setUp();
    await fails(5);
    expect(await attempt({ right: true, account: 'eve@example.com' })).to.equal(true);
    await expectCode(attempt({ right: true }), 'locked_out');
  });

  it('is unlocked on other instances within 30 s', async () => {
    const set = setUp(2);
    const { clock, attempt, guards, org } = set;
    await reachCeiling(set);
    const [here, there] = guards as [PasswordGuard, PasswordGuard];
    await expectCode(attempt({ right: true, on: there }), 'locked_out');
    await here.unlock(orgPool(org), ADA);
    clock.advance(REFUSAL_MEMORY_MS);
    expect(await attempt({ right: true, on: there })).to.equal(true);
  });
});

describe('PasswordGuard: counting', () => {
  /** @see CVE-2023-47111 parallel checks passed a lockout by */
  it('of 200 parallel guesses answers ten, on one instance or on ten', async () => {
    for (const instances of [1, 10]) {
      const { clock, attempt, guards } = setUp(instances);
      const guesses = times(200, (index) => attempt({ on: guards[index % instances] as PasswordGuard }));
      expect(await fulfilled(guesses)).to.equal(10);
      // Another instance than the last one's may know of the full window before it knows of the pause.
      clock.advance(instances === 1 ? 0 : REFUSAL_MEMORY_MS);
      const { retryAfterSeconds } = await expectCode(attempt({ right: true }), 'locked_out');
      expect(retryAfterSeconds).to.be.within(930, 960);
    }
  });

  it('of 500 parallel guesses from as many networks answers a hundred', async () => {
    const { attempt } = setUp();
    expect(await fulfilled(times(500, (index) => attempt({ address: network(index) })))).to.equal(100);
    await expectCode(attempt({ right: true }), 'locked_out');
  });

  it('of 200 parallel guesses does not keep the owner out', async () => {
    const { attempt } = setUp();
    await fulfilled(times(200, () => attempt({ address: '203.0.113.9' })));
    expect(await attempt({ right: true })).to.equal(true);
  });

  it('gives back what a wrong password does not lead to, and all of what could not be checked', async () => {
    const { guard, limits, org, attempt } = setUp();
    await attempt();
    const guarded = guard.account(org, ADA, { address: null, agent: null });
    const outage = guard.checking(guarded, [SENDS], () => Promise.reject(new UnavailableError()));
    expect(await rejection(outage)).to.be.instanceOf(UnavailableError);
    const left = new Map<string, number>();
    for (const { changes } of limits.written)
      for (const change of changes)
        if ('add' in change) left.set(change.field, (left.get(change.field) ?? 0) + change.add);
    const named = [...left].map(([field, count]) => [field.replace(/_\d+$/, '').replace(/c[0-9a-f]{16}/, 'c'), count]);
    expect(named.filter(([, count]) => count !== 0).sort()).to.deep.equal([
      ['clients.c.failures', 1],
      ['clients.c.tries10m', 1],
      ['failures', 1],
      ['tries1d', 1],
    ]);
  });

  it('refuses when it cannot count', async () => {
    const { limits, attempt } = setUp();
    limits.failure = new UnavailableError();
    expect(await rejection(attempt({ right: true }))).to.be.instanceOf(UnavailableError);
  });

  it('costs one write for a right password, three at most for a wrong one, none for a flood', async () => {
    const { limits, attempt, fails } = setUp();
    const cost = async (work: () => Promise<unknown>) => {
      const before = limits.written.length + limits.forgotten.length;
      await work().catch((error: unknown) => expect(error).to.be.instanceOf(LockedOutError));
      return limits.written.length + limits.forgotten.length - before;
    };
    expect(await cost(() => attempt({ right: true }))).to.equal(1);
    expect(await cost(() => attempt())).to.equal(2);
    await fails(3);
    expect(await cost(() => attempt()), 'the fifth').to.equal(3);
    await cost(() => attempt());
    for (const _ of times(1_000, String)) expect(await cost(() => attempt({ right: true }))).to.equal(0);
  });

  it('keeps no contact and no address in what it writes', async () => {
    const { limits, fails } = setUp();
    await fails(5, { address: '198.51.100.77' });
    expect(JSON.stringify(limits.written)).not.to.match(/ada|example|198\.51/);
    for (const { key } of limits.written) expect(key).to.equal(limits.written[0]?.key);
  });

  it('pauses each client by itself', async () => {
    const { clock, attempt, fails } = setUp();
    await fails(5);
    clock.advance(MINUTE_MS);
    await fails(5, { address: network(1) });
    expect(await attempt({ right: true })).to.equal(true);
    await expectCode(attempt({ address: network(1) }), 'locked_out');
  });
});
