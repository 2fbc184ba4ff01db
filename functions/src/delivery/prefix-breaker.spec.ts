import { expect } from 'chai';
import { DeliveryDesk, type Instance, orgWith, PHONE, phoneOf } from '../../test/support/delivery-desk.js';
import { newOrg } from '../../test/support/records.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/clock.js';
import { PREFIX_BREAKER } from './delivery-policy.js';
import { watchedPrefix } from './prefix-breaker.js';

const NUMBER = phoneOf(0).value;
const PREFIX = watchedPrefix(newOrg(), NUMBER);

describe('The breaker of a number prefix', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(() => {
    desk = new DeliveryDesk();
    instance = desk.instance();
  });

  const send = (index: number, by = instance, org = desk.org) => by.quotas.reserve(org, phoneOf(index), 'login');
  /** One after the other; answers how many were sent. */
  async function sendOneByOne(count: number, from = 0, use: (index: number) => boolean = () => false) {
    let sent = 0;
    for (const index of times(count, (one) => from + one)) {
      if ((await fulfilled([send(index)])) === 0) continue;
      sent += 1;
      if (use(index)) await instance.prefixes.noteUse(PREFIX);
      desk.clock.advance(100);
    }
    return sent;
  }

  it('lets 50 messages through of 1,000 pumped numbers that are asked for at once', async () => {
    expect(await fulfilled(times(1_000, (index) => send(index)))).to.equal(50);
  });

  it('lets 50 through over several orgs and instances together', async () => {
    const instances = times(4, () => desk.instance());
    const orgs = times(5, () => orgWith({}));
    const asked = times(200, (index) => send(index, instances[index % 4], orgs[index % 5]));
    expect(await fulfilled(asked)).to.equal(50);
  });

  it('lets 50 through one after the other, and across the full hour no more', async () => {
    desk.clock.advance(57 * MINUTE_MS);
    expect(await sendOneByOne(200)).to.equal(50);
    desk.clock.advance(3 * MINUTE_MS);
    expect(await sendOneByOne(200, 1_000), 'in the next hour').to.equal(0);
    desk.clock.advance(HOUR_MS);
    expect(await sendOneByOne(200, 2_000), 'in the hour after that').to.equal(50);
  });

  it('lets half an attack through in each of two hours no more than the whole in one', async () => {
    expect(await sendOneByOne(24)).to.equal(24);
    desk.clock.advance(HOUR_MS);
    expect(await sendOneByOne(200, 100)).to.equal(26);
  });

  it('keeps for an instance what it has asked for, which the others do not get', async () => {
    const others = times(3, () => desk.instance());
    for (const [index, by] of others.entries()) await send(1_000 + index, by);
    const kept = 3 * (PREFIX_BREAKER.leaseSize - 1);
    expect(await sendOneByOne(100)).to.equal(50 - 3 - kept);
    for (const [index, by] of others.entries()) {
      await send(2_000 + index, by);
      await expectCode(send(3_000 + index, by), 'rate_limited');
    }
  });

  it('stays closed for honest people: 200 messages, of which six in ten are used', async () => {
    expect(await sendOneByOne(200, 0, (index) => index % 10 < 6)).to.equal(200);
  });

  it('stops when less than a fifth is used, and sends again once it is a fifth', async () => {
    expect(await sendOneByOne(100, 0, (index) => index < 9)).to.equal(50);
    await expectCode(send(500), 'rate_limited');
    // Ten of fifty would do, but the message that is asked for counts as well.
    for (const _ of times(2, String)) await instance.prefixes.noteUse(PREFIX);
    desk.clock.advance(SECOND_MS);
    await send(501);
  });

  it('does not count a message that is refused, so that a flood does not keep the prefix stopped', async () => {
    await fulfilled(times(200, (index) => send(index)));
    for (const _ of times(50, String)) {
      desk.clock.advance(SECOND_MS);
      await expectCode(send(5_000), 'rate_limited');
    }
    expect(desk.limits.total('sent')).to.equal(50);
  });

  it('is asked about once a second while it is stopped, however often that is', async () => {
    await sendOneByOne(51);
    desk.limits.writes.length = 0;
    expect(await fulfilled(times(1, () => send(100)))).to.equal(0);
    const afterOne = desk.limits.writes.filter((field) => field === 'sent').length;
    expect(await fulfilled(times(500, (index) => send(200 + index)))).to.equal(0);
    expect(desk.limits.writes.filter((field) => field === 'sent').length, 'from memory').to.equal(afterOne);
  });

  it('refuses what it may not send at once, however slow the store is', async () => {
    await sendOneByOne(50);
    const change = desk.limits.change.bind(desk.limits);
    let written = 0;
    desk.limits.change = async (...args) => {
      written += 1;
      if (written < 20) desk.clock.advance(2 * SECOND_MS);
      return change(...args);
    };
    await expectCode(instance.prefixes.take(PREFIX), 'rate_limited');
    expect(written, 'asked for, and given back').to.equal(2);
  });

  it('notices that people use their codes however often it is asked meanwhile', async () => {
    await sendOneByOne(51);
    for (const index of times(8, (one) => 100 + one)) {
      await expectCode(send(index), 'rate_limited');
      if (index === 106) for (const _ of times(20, String)) await instance.prefixes.noteUse(PREFIX);
      desk.clock.advance(SECOND_MS / 4);
    }
    await send(200);
  });

  it('stops one prefix and no other', async () => {
    await fulfilled(times(200, (index) => send(index)));
    await send(10_000);
    await instance.quotas.reserve(desk.org, PHONE, 'login');
  });

  it('says how long to wait: this hour’s sends count in the next as well', async () => {
    desk.clock.advance(15 * MINUTE_MS);
    await sendOneByOne(50);
    const now = desk.clock.now();
    const { retryAfterSeconds, exceeded } = await expectCode(send(100), 'rate_limited');
    const end = (Math.floor(now / HOUR_MS) + 2) * HOUR_MS;
    expect(retryAfterSeconds).to.equal(Math.ceil((end - now) / SECOND_MS));
    expect(exceeded).to.have.length(1);
    expect(exceeded[0]).to.include({ name: 'sms_prefix', quota: 50, windowSeconds: 7_200, remaining: 0 });
    desk.clock.advance(end - now - 1);
    await expectCode(send(101), 'rate_limited');
    desk.clock.advance(1);
    await send(102);
  });

  it('says to wait for the full hour where the one before has done it', async () => {
    await sendOneByOne(45);
    desk.clock.advance(HOUR_MS);
    await sendOneByOne(5, 100);
    const now = desk.clock.now();
    const { retryAfterSeconds } = await expectCode(send(200), 'rate_limited');
    const end = (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
    expect(retryAfterSeconds).to.equal(Math.ceil((end - now) / SECOND_MS));
    desk.clock.advance(end - now);
    await send(201);
  });

  describe('that the provider has flagged', () => {
    it('stops for an hour, on every instance, whatever was used', async () => {
      await sendOneByOne(10, 0, () => true);
      await instance.prefixes.flag(NUMBER);
      const other = desk.instance();
      for (const by of [instance, other]) {
        const { retryAfterSeconds } = await expectCode(send(100, by), 'rate_limited');
        expect(retryAfterSeconds).to.equal(3_600);
      }
      desk.clock.advance(HOUR_MS);
      await send(101, other);
    });

    it('stays so for an hour from the last time', async () => {
      await instance.prefixes.flag(NUMBER);
      desk.clock.advance(30 * MINUTE_MS);
      await instance.prefixes.flag(NUMBER);
      desk.clock.advance(HOUR_MS - 1);
      await expectCode(send(0), 'rate_limited');
      desk.clock.advance(1);
      await send(1);
    });
  });
});
