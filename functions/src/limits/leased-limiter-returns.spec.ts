import { expect } from 'chai';
import { fulfilled, SpyLimitStore, times } from '../../test/support/spy-limit-store.js';
import { expectCode, INDEX_KEY, ManualClock } from '../../test/support/unit-fixtures.js';
import { DAY_MS } from '../lib/clock.js';
import { LeasedLimiter } from './leased-limiter.js';

const ORG = ['org_a'];

describe('A leased limit without a burst, of which uses are given back', () => {
  function setUp(sms1d: number) {
    const clock = new ManualClock();
    const limits = new SpyLimitStore();
    const quotas = new LeasedLimiter({ limits, clock, indexKey: INDEX_KEY });
    const take = () => quotas.take('org_sms', ORG, { sms1d });
    const admitted = (count: number) => fulfilled(times(count, take));
    const giveBack = () => quotas.giveBack('org_sms', ORG);
    return { clock, limits, take, admitted, giveBack };
  }

  it('admits nothing that is not paid for', async () => {
    const { limits, take, admitted } = setUp(5);
    limits.failure = new Error('the store is down');
    expect(await admitted(3)).to.equal(0);
    limits.failure = undefined;
    const [standing] = await take();
    expect(standing).to.include({ name: 'sms1d', quota: 5, remaining: 4 });
    expect(limits.written).to.have.length(1);
  });

  it('admits another in the place of each, before the limit is reached and after', async () => {
    const { admitted, giveBack } = setUp(5);
    expect(await admitted(3)).to.equal(3);
    giveBack();
    expect(await admitted(10)).to.equal(3);
    for (const _ of times(2, String)) giveBack();
    expect(await admitted(10)).to.equal(2);
  });

  it('costs no write', async () => {
    const { limits, admitted, giveBack } = setUp(50);
    await admitted(5);
    const { length } = limits.written;
    giveBack();
    expect(limits.written).to.have.length(length);
  });

  it('is of the day that it was used in', async () => {
    const { clock, admitted, giveBack } = setUp(5);
    expect(await admitted(10)).to.equal(5);
    clock.advance(DAY_MS);
    giveBack();
    expect(await admitted(10), 'the next day is whole, and no more').to.equal(5);
  });

  it('is nothing before anything was used', async () => {
    const { admitted, giveBack } = setUp(5);
    giveBack();
    expect(await admitted(10)).to.equal(5);
  });

  it('still refuses with the time that is left', async () => {
    const { take, admitted, giveBack } = setUp(1);
    await admitted(2);
    giveBack();
    await take();
    expect((await expectCode(take(), 'rate_limited')).retryAfterSeconds).to.equal(DAY_MS / 2 / 1_000);
  });
});
