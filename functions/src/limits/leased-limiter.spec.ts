import { expect } from 'chai';
import { ID, setUpQuotas } from '../../test/support/quota-desk.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { MINUTE_MS } from '../lib/clock.js';
import { LEASE_MAX_SHARE, LIMITS, LOCAL_BURST } from './limit-policy.js';
import { collectStandings, type LimitStanding } from './limit-standing.js';

/** What one request is told. */
async function standingOf(take: () => Promise<unknown>): Promise<LimitStanding | undefined> {
  const standings = new Map<string, LimitStanding>();
  await collectStandings(standings, take);
  return [...standings.values()][0];
}

describe('LeasedLimiter', () => {
  it('admits exactly the limit of many at once, and of many in a row', async () => {
    for (const limit of [1, 2, 9, 10, 11, 25, 300]) {
      const { admitted, take, limits } = setUpQuotas();
      expect(await admitted(3 * limit, limit), String(limit)).to.equal(limit);
      expect(await admitted(10, limit)).to.equal(0);
      const inRow = setUpQuotas();
      for (const _ of times(limit, String)) await inRow.take(limit);
      await expectCode(inRow.take(limit), 'rate_limited');
      await expectCode(take(limit), 'rate_limited');
      expect(limits.written.length).to.be.at.most(1 + 1 / LEASE_MAX_SHARE);
    }
  });

  it('admits the limit and of each other instance no more than its first few', async () => {
    const { all, admitted } = setUpQuotas(10);
    let total = 0;
    for (const _ of times(60, String)) for (const limiter of all) total += await admitted(1, 100, limiter);
    expect(total).to.be.within(100, 100 + 9 * LOCAL_BURST);
    for (const limiter of all) expect(await admitted(5, 100, limiter)).to.equal(0);
  });

  it('begins anew with each window', async () => {
    const { clock, admitted } = setUpQuotas();
    clock.advance(MINUTE_MS - 1);
    expect(await admitted(50, 20)).to.equal(20);
    clock.advance(1);
    expect(await admitted(50, 20)).to.equal(20);
    clock.advance(MINUTE_MS);
    expect(await admitted(50, 20)).to.equal(20);
  });

  it('does not admit more in a window for the permits that were left of the one before', async () => {
    for (const limit of [11, 30, 300]) {
      const { clock, admitted } = setUpQuotas();
      clock.advance(MINUTE_MS - 1);
      await admitted(LOCAL_BURST + 1, limit);
      for (const _ of times(3, String)) {
        clock.advance(MINUTE_MS);
        expect(await admitted(2 * limit, limit), String(limit)).to.equal(limit);
      }
    }
  });

  it('counts each subject, axis and window by itself', async () => {
    const { admitted, quotas, take } = setUpQuotas();
    expect(await admitted(50, 20)).to.equal(20);
    for (const id of [['org_b', '2001:db8::/64'], ['org_a', '192.0.2.1'], ['org_a2001:db8::/64']])
      expect(await fulfilled(times(50, () => take(20, quotas, id))), String(id)).to.equal(20);
    const ofOrg = times(50, () => quotas.take('org_requests', ID, { org1m: 20 }));
    expect(await fulfilled(ofOrg)).to.equal(20);
  });

  it('keeps to what an org has set, up to the ceiling', async () => {
    const { limit, ceiling } = LIMITS.address_requests.windows[0];
    for (const [own, expected] of [
      [undefined, limit],
      [ceiling, ceiling],
      [1e9, ceiling],
      [0, 1],
      [Number.NaN, limit],
    ] as const)
      expect(await setUpQuotas().admitted(ceiling + 50, own), String(own)).to.equal(expected);
  });
});

describe('LeasedLimiter: what it writes', () => {
  it('nothing for the first few uses of a window, whoever they are of', async () => {
    const { clock, limits, admitted } = setUpQuotas();
    for (const _ of times(30, String)) {
      expect(await admitted(LOCAL_BURST)).to.equal(LOCAL_BURST);
      clock.advance(MINUTE_MS);
    }
    expect(limits.written).to.have.length(0);
  });

  it('nothing for a flood that is refused', async () => {
    const { limits, admitted } = setUpQuotas();
    await admitted(100, 20);
    const before = limits.written.length;
    expect(await admitted(1_000, 20)).to.equal(0);
    expect(limits.written.length - before).to.equal(0);
  });

  it('one batch for all who wait for it', async () => {
    const { limits, admitted } = setUpQuotas();
    limits.answersAfter = () => 5;
    // Ten at once, with a rate that one batch is enough for.
    expect(await admitted(40, 6_000)).to.equal(40);
    expect(limits.written).to.have.length(1);
  });

  it('about one batch in 45 s of steady traffic, with no address in it', async () => {
    const { clock, limits, quotas } = setUpQuotas();
    // 100 a second for three minutes, as one of ten instances sees it.
    for (const _ of times(18_000, String)) {
      await quotas.take('org_requests', ['org_secret']);
      clock.advance(10);
    }
    expect(limits.written.length).to.be.within(3, 7);
    expect(JSON.stringify(limits.written)).not.to.include('org_secret');
    for (const { purgeAt } of limits.written) expect(purgeAt.getTime()).to.be.greaterThan(clock.now());
  });
});

describe('LeasedLimiter: what it tells', () => {
  it('tells what is left, one less each time', async () => {
    const { take } = setUpQuotas();
    const remaining: (number | undefined)[] = [];
    for (const _ of times(25, String)) remaining.push((await standingOf(() => take(25)))?.remaining);
    expect(remaining).to.deep.equal(times(25, (index) => 24 - index));
  });

  it('never tells more than the quota, nor less than nothing', async () => {
    const { clock, take } = setUpQuotas();
    for (const _ of times(400, String)) {
      const standing = await standingOf(() => take(60).catch(() => {}));
      if (standing !== undefined) {
        expect(standing.remaining).to.be.within(0, 60);
        expect(standing.resetSeconds).to.be.within(1, 60);
      }
      clock.advance(1_700);
    }
  });

  /** */
  it('tells when the window ends: not too early, and less than a second too late', async () => {
    for (const offset of [0, 1, 999, 1_000, 31_234, 59_999]) {
      const { clock, take, admitted } = setUpQuotas();
      clock.advance(offset);
      await admitted(20, 5);
      const { retryAfterSeconds = 0, exceeded } = await expectCode(take(5), 'rate_limited');
      expect(exceeded.map(({ name }) => name)).to.deep.equal(['address1m']);
      expect(retryAfterSeconds * 1_000 - (MINUTE_MS - offset)).to.be.within(0, 999);
      clock.advance(retryAfterSeconds * 1_000);
      await take(5);
    }
  });
});
