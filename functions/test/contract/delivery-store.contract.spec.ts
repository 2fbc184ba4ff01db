import { expect } from 'chai';
import { type DeliveryId, deliveryId } from '../../src/delivery/delivery-id.js';
import type { DeliveryRecord, ReadDelivery } from '../../src/delivery/delivery-record.js';
import type { DeliveryStore } from '../../src/delivery/delivery-store.js';
import { orgId } from '../../src/orgs/org-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newDelivery } from '../support/records.js';

const AT = new Date('2030-01-01T00:00:00.123Z');

describeContract('DeliveryStore', (ports) => {
  let store: DeliveryStore;
  before(() => {
    store = ports().deliveries;
  });

  async function stored(change: Partial<DeliveryRecord> = {}): Promise<ReadDelivery> {
    const delivery = newDelivery(change);
    const version = await store.create(delivery);
    if (version === null) throw new Error('it was there already');
    return { ...delivery, version };
  }

  const found = (id: DeliveryId) => store.find(id);

  it('has nothing where nothing was put', async () => {
    const id = deliveryId.generate();
    expect(await found(id)).to.equal(null);
    expect(await store.change({ id, version: '1.0' }, { status: 'sent' }), 'changing makes nothing').to.equal(null);
    expect(await found(id)).to.equal(null);
    await store.remove(id);
    expect(await store.idsOf(orgId.generate(), 10)).to.deep.equal([]);
  });

  it('gives a record back as it was put, with the version that creating has answered', async () => {
    const bare = { orgId: null, provider: null, providerId: null, retryAt: AT, status: 'queued', tries: 0 } as const;
    const ended = { status: 'undelivered', error: '30003', purpose: 'new_device', channel: 'email' } as const;
    for (const change of [{}, bare, ended]) {
      const delivery = await stored(change);
      expect(await found(delivery.id)).to.deep.equal(delivery);
    }
  });

  describe('create', () => {
    it('leaves one alone that is there, whatever became of it', async () => {
      const delivery = await stored();
      expect(await store.create({ ...newDelivery(), id: delivery.id, status: 'failed' })).to.equal(null);
      expect(await found(delivery.id)).to.deep.equal(delivery);
    });

    it('lets one of 20 that are alike through, and its record alone', async () => {
      const id = deliveryId.generate();
      const tries = times(20, (n) => newDelivery({ id, providerId: `SM${n}` }));
      const versions = await Promise.all(tries.map((delivery) => store.create(delivery)));
      const winner = versions.findIndex((version) => version !== null);
      expect(versions.filter((version) => version !== null)).to.have.length(1);
      expect(await found(id)).to.deep.equal({ ...tries[winner], version: versions[winner] });
    });
  });

  describe('change', () => {
    it('sets what it is given, and of one record', async () => {
      const [delivery, other] = [await stored(), await stored()];
      const change = { status: 'undelivered', error: '30003', updatedAt: AT, tries: 2, retryAt: AT } as const;
      const version = await store.change(delivery, change);
      expect(version).not.to.equal(delivery.version);
      expect(await found(delivery.id)).to.deep.equal({ ...delivery, ...change, version });
      const back = { retryAt: null, providerId: null, error: null };
      const next = await store.change({ id: delivery.id, version: version ?? '' }, back);
      expect(await found(delivery.id)).to.deep.equal({ ...delivery, ...change, ...back, version: next });
      expect(await found(other.id)).to.deep.equal(other);
    });

    it('does nothing with an old version', async () => {
      const delivery = await stored();
      const version = await store.change(delivery, { status: 'delivered' });
      expect(version).to.be.a('string');
      for (const status of ['failed', 'sent', 'delivered'] as const)
        expect(await store.change(delivery, { status })).to.equal(null);
      expect(await found(delivery.id)).to.deep.equal({ ...delivery, status: 'delivered', version });
    });

    it('lets one of 20 with the same version through', async () => {
      const delivery = await stored({ tries: 0 });
      const results = await Promise.allSettled(times(20, (n) => store.change(delivery, { error: String(n) })));
      const won = results.map((result) => result.status === 'fulfilled' && result.value !== null);
      expect(won.filter(Boolean)).to.have.length(1);
      expect((await found(delivery.id))?.error).to.equal(String(won.indexOf(true)));
    });

    it('does not bring back what is gone', async () => {
      const delivery = await stored();
      await store.remove(delivery.id);
      expect(await store.change(delivery, { status: 'delivered' })).to.equal(null);
      expect(await found(delivery.id)).to.equal(null);
    });
  });

  it('idsOf: knows those of one org, whatever became of them, and no more than asked for', async () => {
    const org = orgId.generate();
    const statuses = ['queued', 'sent', 'delivered', 'undelivered', 'failed', 'suppressed'] as const;
    const own = await Promise.all(statuses.map((status) => stored({ orgId: org, status })));
    await stored({ orgId: orgId.generate() });
    await stored({ orgId: null });
    const ids = own.map(({ id }) => id);
    expect(await store.idsOf(org, 10)).to.have.members(ids);
    const some = await store.idsOf(org, 2);
    expect(some).to.have.length(2);
    expect(ids).to.include.members([...some]);
  });

  it('remove: takes one away, and twice is no error', async () => {
    const org = orgId.generate();
    const [gone, kept] = [await stored({ orgId: org }), await stored({ orgId: org })];
    for (const _ of times(2, String)) await store.remove(gone.id);
    expect(await found(gone.id)).to.equal(null);
    expect(await found(kept.id)).to.deep.equal(kept);
    expect(await store.idsOf(org, 10)).to.deep.equal([kept.id]);
    expect(await store.create(newDelivery({ id: gone.id })), 'its id is free again').to.be.a('string');
  });
});
