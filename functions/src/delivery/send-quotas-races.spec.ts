import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { DeliveryDesk, phoneOf } from '../../test/support/delivery-desk.js';
import { newOrg } from '../../test/support/records.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { PREFIX_BREAKER } from './delivery-policy.js';
import { watchedPrefix } from './prefix-breaker.js';

const PREFIX = watchedPrefix(newOrg(), phoneOf(0).value);
const JITTER_MS = 16;

const jitter = () => sleep(Math.random() * JITTER_MS);

/** Its counters are late to be written and late to be answered, each differently. */
function lateDesk(): DeliveryDesk {
  const desk = new DeliveryDesk();
  const change = desk.limits.change.bind(desk.limits);
  desk.limits.change = async (...args) => {
    await jitter();
    const result = await change(...args);
    await jitter();
    return result;
  };
  return desk;
}

describe('Messages that are counted while passwords are checked', () => {
  it('leave exactly three of 200 at once to one number, over four instances and a slow store', async () => {
    const desk = lateDesk();
    const instances = times(4, () => desk.instance());
    const asked = times(200, (index) => instances[index % 4]?.quotas.reserve(desk.org, phoneOf(0), 'login'));
    expect(await fulfilled(asked.map((one) => Promise.resolve(one)))).to.equal(3);
    expect(desk.limits.total('login.sends10m')).to.equal(3);
    // What is sent, and what each instance has left.
    expect(desk.limits.total('sent')).to.be.at.most(3 + 4 * PREFIX_BREAKER.leaseSize);
  });

  it('leave their prefix open: 200 wrong passwords in flight, and the right one’s code is sent', async () => {
    const desk = lateDesk();
    const { prefixes, quotas } = desk.instance();
    const counted = await Promise.all(times(200, (index) => quotas.count(desk.org, phoneOf(index), 'login')));
    await quotas.reserve(desk.org, phoneOf(200), 'login');
    await Promise.all(counted.map((one) => quotas.giveBack(one)));
    await quotas.reserve(desk.org, phoneOf(201), 'login');
    expect(desk.limits.total('sent')).to.equal(2);
    expect(desk.limits.total('login.sends10m')).to.equal(2);
    for (const _ of times(48, String)) await prefixes.take(PREFIX);
    await expectCode(prefixes.take(PREFIX), 'rate_limited');
  });

  it('let no more than 50 through of 200 pumped numbers over four instances, and strand a permit of each at most', async () => {
    const desk = lateDesk();
    const instances = times(4, () => desk.instance());
    const sent = await fulfilled(
      times(200, async (index) => instances[index % 4]?.quotas.reserve(desk.org, phoneOf(index), 'login')),
    );
    expect(sent).to.be.within(50 - 4, 50);
  });
});
