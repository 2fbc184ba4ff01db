import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { IdempotencyId, IdempotencyRecord } from '../../src/idempotency/idempotency-record.js';
import type { IdempotencyStore } from '../../src/idempotency/idempotency-store.js';
import { describeContract, times } from '../support/describe-contract.js';

const LEASE = new Date('2026-01-15T12:00:20.123Z');
const EXPIRES = new Date('2026-01-16T12:00:00.456Z');
const PARALLEL = 50;

function newRecord(change: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return { fingerprint: 'print', seed: randomUUID(), leaseUntil: LEASE, answer: null, expiresAt: EXPIRES, ...change };
}

describeContract('IdempotencyStore', (ports) => {
  let store: IdempotencyStore;
  let id: IdempotencyId;
  before(() => {
    store = ports().idempotency;
  });
  beforeEach(() => {
    id = `idempotency-${randomUUID()}` as IdempotencyId;
  });

  /** The record as it stands, and its version apart. */
  async function read() {
    const found = await store.find(id);
    if (found === null) throw new Error('there is no record');
    const { version, ...record } = found;
    return { version, record };
  }

  it('finds nothing where nothing was created', async () => {
    expect(await store.find(id)).to.equal(null);
  });

  for (const change of [
    {},
    { leaseUntil: null },
    { answer: 'v1.sealed' },
    { leaseUntil: null, answer: 'x'.repeat(50_000) },
  ]) {
    it(`keeps a record as it is: ${JSON.stringify(change).slice(0, 60)}`, async () => {
      const record = newRecord(change);
      expect(await store.create(id, record)).to.equal(true);
      expect((await read()).record).to.deep.equal(record);
    });
  }

  it('creates once, and leaves what is there', async () => {
    const first = newRecord();
    expect(await store.create(id, first)).to.equal(true);
    expect(await store.create(id, newRecord({ fingerprint: 'another' }))).to.equal(false);
    expect((await read()).record).to.deep.equal(first);
  });

  it(`lets one of ${PARALLEL} at once create`, async () => {
    const records = times(PARALLEL, () => newRecord());
    const created = await Promise.all(records.map((record) => store.create(id, record)));
    expect(created.filter(Boolean)).to.have.length(1);
    expect((await read()).record).to.deep.equal(records[created.indexOf(true)]);
  });

  it('replaces the version that was read, with every field', async () => {
    await store.create(id, newRecord({ answer: 'v1.sealed', leaseUntil: null }));
    const next = newRecord({ fingerprint: 'another', expiresAt: new Date('2027-02-03T04:05:06.007Z') });
    expect(await store.replace(id, next, (await read()).version)).to.equal(true);
    expect((await read()).record).to.deep.equal(next);
  });

  it('replaces nothing that has changed since, nor what is not there', async () => {
    await store.create(id, newRecord());
    const { version } = await read();
    await store.release(id);
    const { record } = await read();
    expect(await store.replace(id, newRecord(), version)).to.equal(false);
    expect((await read()).record).to.deep.equal(record);
    const nowhere = `idempotency-${randomUUID()}` as IdempotencyId;
    expect(await store.replace(nowhere, newRecord(), version)).to.equal(false);
    expect(await store.find(nowhere)).to.equal(null);
  });

  it(`lets one of ${PARALLEL} at once replace a version`, async () => {
    await store.create(id, newRecord());
    const { version } = await read();
    const records = times(PARALLEL, () => newRecord());
    const tries = await Promise.allSettled(records.map((record) => store.replace(id, record, version)));
    // A commit that met others may be refused as contended: it was not made either.
    const won = tries.map((one) => one.status === 'fulfilled' && one.value);
    expect(won.filter(Boolean)).to.have.length(1);
    expect((await read()).record).to.deep.equal(records[won.indexOf(true)]);
  });

  it('settles: the answer is kept, the lease is over, nothing else changes', async () => {
    const record = newRecord();
    await store.create(id, record);
    const { version } = await read();
    await store.settle(id, 'v1.sealed');
    const settled = await read();
    expect(settled.record).to.deep.equal({ ...record, leaseUntil: null, answer: 'v1.sealed' });
    expect(settled.version).not.to.equal(version);
  });

  it('releases: the lease is over, nothing else changes', async () => {
    const record = newRecord();
    await store.create(id, record);
    await store.release(id);
    expect((await read()).record).to.deep.equal({ ...record, leaseUntil: null });
  });

  it('settles and releases nothing that is gone', async () => {
    await store.settle(id, 'v1.sealed');
    await store.release(id);
    expect(await store.find(id)).to.equal(null);
  });

  it('keeps ids apart', async () => {
    const other = `${id}-2` as IdempotencyId;
    await store.create(id, newRecord());
    expect(await store.create(other, newRecord())).to.equal(true);
    await store.settle(other, 'v1.sealed');
    expect((await read()).record.answer).to.equal(null);
  });
});
