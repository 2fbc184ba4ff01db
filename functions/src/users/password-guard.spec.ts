import { expect } from 'chai';
import { ADA, network, reachCeiling, setUpGuard } from '../../test/support/guarded-account.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { HOUR_MS, SECOND_MS } from '../lib/clock.js';
import { REFUSAL_MEMORY_MS } from '../limits/limit-policy.js';
import { BACK_OFF_CEILING_MS } from '../limits/lockout-policy.js';
import { orgPool } from '../orgs/org-record.js';
import type { PasswordGuard } from './password-guard.js';

describe('PasswordGuard: one client', () => {
  it('may fail four times and then be right', async () => {
    const { attempt, fails } = setUpGuard();
    for (const _ of times(2, String)) {
      await fails(4);
      expect(await attempt({ right: true })).to.equal(true);
    }
  });

  it('is paused from the fifth failure on, twice as long each time up to an hour, right or wrong', async () => {
    const { clock, attempt, fails } = setUpGuard();
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
    const { clock, attempt, fails } = setUpGuard();
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
    const { attempt, fails } = setUpGuard();
    for (const index of times(5, (one) => one)) await fails(1, { address: `2001:db8:1:2:${index}::${index}` });
    await expectCode(attempt({ right: true, address: '2001:db8:1:2:ffff::' }), 'locked_out');
    expect(await attempt({ right: true, address: '2001:db8:1:3::' })).to.equal(true);
  });

  it('without an address is one as well', async () => {
    const { attempt, fails } = setUpGuard();
    await fails(5, { address: null });
    await expectCode(attempt({ right: true, address: null }), 'locked_out');
    expect(await attempt({ right: true })).to.equal(true);
  });

  it('may try ten times in ten minutes', async () => {
    const { attempt } = setUpGuard();
    for (const _ of times(10, String)) expect(await attempt({ right: true })).to.equal(true);
    const error = await expectCode(attempt({ right: true }), 'rate_limited');
    expect(error.exceeded.map(({ name }) => name)).to.deep.equal(['tries10m']);
  });
});

describe('PasswordGuard: an account', () => {
  /** @see CVE-2024-1722 a lockout kept the account's owner out */
  it('A-08: is open to its owner while others fail, and their pause stays when the owner logs in', async () => {
    const { clock, attempt, fails } = setUpGuard();
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
    const set = setUpGuard();
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
    const { attempt, fails, guard, org } = setUpGuard();
    for (const index of times(25, (one) => one)) await fails(4, { address: network(index) });
    await expectCode(attempt({ right: true }), 'locked_out');
    await guard.unlock(orgPool(org), ADA);
    expect(await attempt({ right: true })).to.equal(true);
  });

  it('begins its row of failures anew with a right password', async () => {
    const set = setUpGuard();
    for (const _ of times(3, String)) {
      for (const index of times(20, (one) => one)) await set.fails(4, { address: network(index) });
      set.clock.advance(24 * HOUR_MS);
      expect(await set.attempt({ right: true, address: network(999) })).to.equal(true);
      for (const index of times(20, (one) => one)) await set.attempt({ right: true, address: network(index) });
      set.clock.advance(24 * HOUR_MS);
    }
  });

  it('is one of its org, and one of many', async () => {
    const { attempt, fails } = setUpGuard();
    await fails(5);
    expect(await attempt({ right: true, account: 'eve@example.com' })).to.equal(true);
    await expectCode(attempt({ right: true }), 'locked_out');
  });

  it('is unlocked on other instances within 30 s', async () => {
    const set = setUpGuard(2);
    const { clock, attempt, guards, org } = set;
    await reachCeiling(set);
    const [here, there] = guards as [PasswordGuard, PasswordGuard];
    await expectCode(attempt({ right: true, on: there }), 'locked_out');
    await here.unlock(orgPool(org), ADA);
    clock.advance(REFUSAL_MEMORY_MS);
    expect(await attempt({ right: true, on: there })).to.equal(true);
  });
});
