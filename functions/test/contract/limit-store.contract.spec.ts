import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { LimitKey, LimitStore } from '../../src/limits/limit-store.js';
import { areOrdinals, describeContract, times } from '../support/describe-contract.js';

const PURGE = new Date('2030-01-01T00:00:00Z');
const COUNTERS = ['sends10m_2951000', 'sends1h_491833', 'tries1d_20493'];

describeContract('LimitStore', (ports) => {
  let store: LimitStore;
  let key: LimitKey;
  before(() => {
    store = ports().limits;
  });
  beforeEach(() => {
    key = `limit-${randomUUID()}` as LimitKey;
  });

  it('counts from 1', async () => {
    for (const count of [1, 2, 3]) expect(await store.add(key, ['a_1'], 1, PURGE)).to.deep.equal([count]);
  });

  it('answers each counter in the order asked, each at its own number', async () => {
    const [first = '', second = '', third = ''] = COUNTERS;
    await store.add(key, [second], 1, PURGE);
    expect(await store.add(key, COUNTERS, 1, PURGE)).to.deep.equal([1, 2, 1]);
    expect(await store.add(key, [third, second, first], 1, PURGE)).to.deep.equal([2, 3, 2]);
  });

  it('takes back', async () => {
    for (const _ of times(3, String)) await store.add(key, COUNTERS, 1, PURGE);
    expect(await store.add(key, COUNTERS.slice(1), -1, PURGE)).to.deep.equal([2, 2]);
    expect(await store.add(key, COUNTERS, 1, PURGE)).to.deep.equal([4, 3, 3]);
  });

  it('keeps keys apart', async () => {
    await store.add(key, COUNTERS, 1, PURGE);
    expect(await store.add(`${key}-2` as LimitKey, COUNTERS, 1, PURGE)).to.deep.equal([1, 1, 1]);
  });

  /** what makes limits exact. */
  it('gives 200 parallel callers 200 numbers, the same for all counters', async () => {
    const counts = await Promise.all(times(200, () => store.add(key, COUNTERS, 1, PURGE)));
    for (const index of COUNTERS.keys())
      expect(areOrdinals(counts.map((numbers) => numbers[index] ?? -1))).to.equal(true);
    for (const numbers of counts) expect(new Set(numbers).size, 'one write').to.equal(1);
  });

  it('loses nothing of 100 up and 100 down at once', async () => {
    await Promise.all(times(200, (n) => store.add(key, COUNTERS, n % 2 === 0 ? 1 : -1, PURGE)));
    expect(await store.add(key, COUNTERS, 1, PURGE)).to.deep.equal([1, 1, 1]);
  });
});
