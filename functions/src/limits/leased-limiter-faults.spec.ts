import { expect } from 'chai';
import { ID, setUpQuotas } from '../../test/support/quota-desk.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { OverloadedError, RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { MINUTE_MS, SECOND_MS } from '../lib/clock.js';
import { LEASE_MAX_SHARE, LOCAL_BURST, OVERLOAD_PAUSE_MS } from './limit-policy.js';

describe('LeasedLimiter: faults', () => {
  it('refuses when it cannot count, and counts on afterwards', async () => {
    const { limits, take, admitted } = setUpQuotas();
    limits.failure = new UnavailableError();
    expect(await admitted(50)).to.equal(LOCAL_BURST);
    expect(await rejection(take())).to.be.instanceOf(UnavailableError);
    limits.failure = undefined;
    expect(await admitted(500), 'what was admitted meanwhile is counted').to.equal(300 - LOCAL_BURST);
  });

  it('goes on by a quota of its own when the document is written too often', async () => {
    const { limits, admitted } = setUpQuotas();
    limits.failure = new OverloadedError();
    const share = 6_000 * LEASE_MAX_SHARE;
    expect(await admitted(3_000, 6_000)).to.equal(LOCAL_BURST + share);
  });

  it('lends nothing by itself of what must be asked for: the daily cap of text messages', async () => {
    const { limits, quotas } = setUpQuotas();
    const take = () => quotas.take('org_sms', ID, { sms1d: 100 });
    limits.failure = new OverloadedError();
    for (let asked = 0; asked < 50; asked += 1) expect(await rejection(take())).to.be.instanceOf(OverloadedError);
    expect(limits.written).to.deep.equal([]);
    limits.failure = new RequestInProgressError();
    expect(await rejection(take())).to.be.instanceOf(OverloadedError);
  });

  it('lends such a one again after the pause, from the shared counter, and never more than all of it', async () => {
    const { clock, limits, quotas } = setUpQuotas();
    const take = () => quotas.take('org_sms', ID, { sms1d: 100 });
    limits.failure = new OverloadedError();
    await fulfilled(times(50, take));
    limits.failure = undefined;
    clock.advance(OVERLOAD_PAUSE_MS);
    expect(await fulfilled(times(300, take))).to.equal(100);
  });

  it('takes commits that are in each other’s way for the same, and never answers so', async () => {
    const { limits, take, admitted } = setUpQuotas();
    limits.failure = new RequestInProgressError();
    expect(await admitted(1_000)).to.equal(LOCAL_BURST + 300 * LEASE_MAX_SHARE);
    await expectCode(take(), 'unavailable');
  });

  it('leaves such a document alone for a while, then asks again and pays for what was used', async () => {
    const { clock, limits, take, admitted } = setUpQuotas();
    let asked = 0;
    const change = limits.change.bind(limits);
    limits.change = async (...args) => {
      asked += 1;
      return change(...args);
    };
    limits.failure = new OverloadedError();
    expect(await admitted(1_000, 300)).to.equal(LOCAL_BURST + 300 * LEASE_MAX_SHARE);
    expect(asked).to.equal(1);
    expect(await rejection(take(300))).to.be.instanceOf(OverloadedError);
    clock.advance(OVERLOAD_PAUSE_MS);
    limits.failure = undefined;
    expect(await admitted(1_000, 300)).to.equal(300 - LOCAL_BURST - 300 * LEASE_MAX_SHARE);
  });

  it('an answer that comes in the next window leaves that window its own', async () => {
    const { clock, limits, take, admitted } = setUpQuotas();
    limits.answersAfter = (write) => (write === 1 ? 20 : 0);
    clock.advance(MINUTE_MS - SECOND_MS);
    const late = admitted(50, 20);
    clock.advance(SECOND_MS);
    const next = await admitted(5, 20);
    expect(next + (await late), 'the first few of one window, and the limit of the next').to.equal(LOCAL_BURST + 20);
    await expectCode(take(20), 'rate_limited');
    clock.advance(MINUTE_MS);
    expect(await admitted(50, 20)).to.equal(20);
  });
});
