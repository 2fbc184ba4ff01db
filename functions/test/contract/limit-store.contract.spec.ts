import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CountChange, LimitKey, LimitStore } from '../../src/limits/limit-store.js';
import { areOrdinals, describeContract, times } from '../support/describe-contract.js';

const PURGE = new Date('2030-01-01T00:00:00Z');
const COUNTERS = ['sends10m_2951000', 'email.sends1h_491833', 'clients.c0a1b2c3d4e5f6071.tries10m_20493'];

const adding = (fields: readonly string[], add = 1): CountChange[] => fields.map((field) => ({ field, add }));

describeContract('LimitStore', (ports) => {
  let store: LimitStore;
  let key: LimitKey;
  before(async () => {
    store = ports().limits;
    // Bursts follow, which an emulator that has just started is too slow for.
    for (const count of [10, 50]) await Promise.all(times(count, (n) => add(COUNTERS, 1, `warm-up-${n}` as LimitKey)));
  });
  beforeEach(() => {
    key = `limit-${randomUUID()}` as LimitKey;
  });
  const change = async (changes: readonly CountChange[], of = key) => (await store.change(of, changes, PURGE)).counts;
  const add = (fields: readonly string[], by = 1, of = key) => change(adding(fields, by), of);

  it('counts from 1', async () => {
    for (const count of [1, 2, 3]) expect(await add(['a_1'])).to.deep.equal([count]);
  });

  it('answers each counter in the order asked, each at its own number', async () => {
    const [first = '', second = '', third = ''] = COUNTERS;
    await add([second]);
    expect(await add(COUNTERS)).to.deep.equal([1, 2, 1]);
    expect(await add([third, second, first])).to.deep.equal([2, 3, 2]);
  });

  it('takes back', async () => {
    for (const _ of times(3, String)) await add(COUNTERS);
    expect(await add(COUNTERS.slice(1), -1)).to.deep.equal([2, 2]);
    expect(await add(COUNTERS)).to.deep.equal([4, 3, 3]);
  });

  it('adds any number, and 0 to look', async () => {
    expect(await add(['a'], 250)).to.deep.equal([250]);
    expect(await add(['a', 'b'], 0)).to.deep.equal([250, 0]);
  });

  it('raises to at least a number, times among them, and never lowers', async () => {
    const at = Date.UTC(2026, 0, 15);
    const raise = async (atLeast: number) => (await change([{ field: 'x.until', atLeast }]))[0];
    expect(await raise(0)).to.equal(0);
    expect(await raise(at)).to.equal(at);
    expect(await raise(at - 1)).to.equal(at);
    expect(await raise(0)).to.equal(at);
    expect(await raise(at + 1)).to.equal(at + 1);
  });

  it('adds and raises in one write', async () => {
    const changes: CountChange[] = [
      { field: 'a', add: 2 },
      { field: 'm.until', atLeast: 7 },
      { field: 'm.a', add: 1 },
    ];
    expect(await change(changes)).to.deep.equal([2, 7, 1]);
    expect(await change(changes)).to.deep.equal([4, 7, 2]);
  });

  it('changes several documents in one commit, and answers each', async () => {
    const other = `${key}-other` as LimitKey;
    await add(['a'], 4, other);
    const results = await store.changeAll([
      { key, changes: adding(COUNTERS), purgeAt: PURGE },
      { key: other, changes: adding(['a', 'b']), purgeAt: PURGE },
    ]);
    expect(results.map(({ counts }) => counts)).to.deep.equal([
      [1, 1, 1],
      [5, 1],
    ]);
    expect(await add(COUNTERS)).to.deep.equal([2, 2, 2]);
    await store.forget(other, ['a'], results[1]?.version ?? '');
    expect(await add(['a'], 1, other), 'forgotten by its version').to.deep.equal([1]);
  });

  it('gives parallel changes of the same documents the same place in each', async () => {
    const other = `${key}-other` as LimitKey;
    const both = () => store.changeAll([key, other].map((of) => ({ key: of, changes: adding(['a']), purgeAt: PURGE })));
    const places = await Promise.all(times(100, both));
    for (const [first, second] of places) expect(first?.counts).to.deep.equal(second?.counts);
    expect(areOrdinals(places.map(([first]) => first?.counts[0] ?? 0))).to.equal(true);
  });

  it('keeps keys apart', async () => {
    await add(COUNTERS);
    expect(await add(COUNTERS, 1, `${key}-2` as LimitKey)).to.deep.equal([1, 1, 1]);
  });

  it('forgets a counter, and leaves its neighbours', async () => {
    const fields = ['a', 'ab', 'm.a', 'm.b'];
    await add(fields);
    await store.forget(key, ['a', 'm.b']);
    expect(await add(fields)).to.deep.equal([1, 2, 2, 1]);
  });

  it('forgets a path with all that stands below it', async () => {
    const fields = ['clients.c1.failures', 'clients.c1.tries_1', 'clients.c11.failures', 'clientsx', 'failures'];
    await add(fields);
    await store.forget(key, ['clients.c1']);
    expect(await add(fields)).to.deep.equal([1, 1, 2, 2, 2]);
    await store.forget(key, ['clients', 'failures']);
    expect(await add(fields)).to.deep.equal([1, 1, 1, 3, 1]);
  });

  it('forgets what is not there, in a document or without one', async () => {
    await store.forget(key, ['a', 'm.a']);
    await add(['b']);
    await store.forget(key, ['a', 'm.a']);
    expect(await add(['b', 'a', 'm.a'])).to.deep.equal([2, 1, 1]);
  });

  it('forgets only what nobody has changed since, where it is told to', async () => {
    const { version: old } = await store.change(key, [{ field: 'a', add: 1 }], PURGE);
    const { version } = await store.change(key, [{ field: 'b', add: 1 }], PURGE);
    expect(await store.forget(key, ['a', 'b'], old)).to.equal(false);
    expect(await store.forget(key, ['a'], version)).to.equal(true);
    expect(await add(['a', 'b'])).to.deep.equal([1, 2]);
  });

  it('forgets in one document alone', async () => {
    const other = `${key}-2` as LimitKey;
    await Promise.all([add(COUNTERS), add(COUNTERS, 1, other)]);
    await store.forget(key, COUNTERS);
    expect(await add(COUNTERS, 1, other)).to.deep.equal([2, 2, 2]);
  });

  /** what makes limits exact. */
  it('gives 200 parallel callers 200 numbers, the same for all counters', async () => {
    const counts = await Promise.all(times(200, () => add(COUNTERS)));
    for (const index of COUNTERS.keys())
      expect(areOrdinals(counts.map((numbers) => numbers[index] ?? -1))).to.equal(true);
    for (const numbers of counts) expect(new Set(numbers).size, 'one write').to.equal(1);
  });

  it('loses nothing of 100 up and 100 down at once', async () => {
    await Promise.all(times(200, (n) => add(COUNTERS, n % 2 === 0 ? 1 : -1)));
    expect(await add(COUNTERS)).to.deep.equal([1, 1, 1]);
  });

  it('keeps the highest of 100 parallel raises', async () => {
    await Promise.all(times(100, (n) => store.change(key, [{ field: 'm.until', atLeast: (n * 37) % 100 }], PURGE)));
    expect(await change([{ field: 'm.until', atLeast: 0 }])).to.deep.equal([99]);
  });
});
