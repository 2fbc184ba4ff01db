import { expect } from 'chai';
import { MemoryDeliveryStore } from '../adapters/memory/memory-delivery-store.js';
import { jsonLogger } from '../lib/logger.js';
import { deliveryId } from './delivery-id.js';
import type { DeliveryRecord, DeliveryStatus } from './delivery-record.js';
import { LoggedDeliveryStore } from './logged-delivery-store.js';

const AT = new Date('2026-01-15T12:00:00Z');

function newRecord(status: DeliveryStatus = 'queued'): DeliveryRecord {
  return {
    id: deliveryId.generate(),
    orgId: null,
    purpose: 'login',
    channel: 'sms',
    status,
    provider: 'twilio',
    providerId: 'SM1',
    error: null,
    priceClass: 'sms_US',
    contactHash: 'hash',
    contactMask: '+1********43',
    tries: 1,
    retryAt: null,
    createdAt: AT,
    updatedAt: AT,
    purgeAt: AT,
  };
}

function setUp() {
  const lines: string[] = [];
  const store = new LoggedDeliveryStore(
    new MemoryDeliveryStore(),
    jsonLogger((line) => lines.push(line)),
  );
  return { store, told: () => lines.map((line) => JSON.parse(line)) };
}

describe('LoggedDeliveryStore', () => {
  for (const [status, severity] of [
    ['delivered', 'INFO'],
    ['undelivered', 'WARNING'],
    ['failed', 'WARNING'],
  ] as const) {
    it(`tells once that a message was ${status}`, async () => {
      const { store, told } = setUp();
      const record = newRecord();
      const version = (await store.create(record)) ?? '';
      const end = { status, provider: 'twilio', error: status === 'delivered' ? null : '30005' };
      await store.change({ id: record.id, version }, end);
      await store.change({ id: record.id, version }, end);
      const error = status === 'delivered' ? {} : { error: '30005' };
      const line = {
        severity,
        message: 'delivery_ended',
        delivery: record.id,
        outcome: status,
        provider: 'twilio',
        ...error,
      };
      expect(told()).to.deep.equal([line]);
    });

    it(`tells of a record that begins as ${status}, and not of a second one`, async () => {
      const { store, told } = setUp();
      const record = newRecord(status);
      await store.create(record);
      await store.create(record);
      expect(told()).to.have.length(1);
      expect(told()[0]).to.include({ severity, delivery: record.id, outcome: status });
    });
  }

  it('says nothing of messages on their way, or that were kept back', async () => {
    const { store, told } = setUp();
    for (const status of ['queued', 'sent', 'suppressed'] as const) {
      const record = newRecord();
      const version = (await store.create(record)) ?? '';
      await store.change({ id: record.id, version }, { status });
      await store.create(newRecord(status));
    }
    expect(told()).to.deep.equal([]);
  });

  it('is the store in all else', async () => {
    const { store } = setUp();
    const record = newRecord();
    await store.create(record);
    expect(await store.find(record.id)).to.include({ id: record.id, status: 'queued' });
    await store.remove(record.id);
    expect(await store.find(record.id)).to.equal(null);
  });
});
