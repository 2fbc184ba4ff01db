import { expect } from 'chai';
import { FaultPlan } from '../../test/support/fault-plan.js';
import { newOrg } from '../../test/support/records.js';
import { expectCode, INDEX_KEY, ManualClock } from '../../test/support/unit-fixtures.js';
import { MemoryDeliveryStore } from '../adapters/memory/memory-delivery-store.js';
import { MemoryLimitStore } from '../adapters/memory/memory-stores.js';
import { RateLimitedError } from '../errors/gatehouse-error.js';
import { Limiter } from '../limits/limiter.js';
import { orgId } from '../orgs/org-id.js';
import { deliveryId } from './delivery-id.js';
import { DeliveryLedger } from './delivery-ledger.js';
import { PREFIX_FLAG_MS } from './delivery-policy.js';
import { type DeliveryReport, DeliveryReports } from './delivery-reports.js';
import type { Sender } from './message.js';
import { PrefixBreaker, watchedPrefix } from './prefix-breaker.js';

const PREFIX = '+1202555';

function setUp() {
  const clock = new ManualClock();
  const deliveries = new MemoryDeliveryStore();
  const faults = new FaultPlan();
  const ledger = new DeliveryLedger({
    deliveries: faults.wrap('deliveries', deliveries),
    clock,
    indexKey: INDEX_KEY,
  });
  const limits = faults.wrap('limits', new MemoryLimitStore());
  const newPrefixes = () => new PrefixBreaker({ limiter: new Limiter({ limits, clock, indexKey: INDEX_KEY }), clock });
  const prefixes = newPrefixes();
  /** As another instance finds it. */
  const isStopped = (owner: Pick<Sender, 'orgId'> = newOrg()) =>
    newPrefixes()
      .take(watchedPrefix(owner, `${PREFIX}0143`))
      .then(() => false, isRefusal);
  return { clock, deliveries, faults, ledger, reports: new DeliveryReports({ ledger, prefixes }), isStopped };
}

function isRefusal(error: unknown): true {
  if (error instanceof RateLimitedError) return true;
  throw error;
}

function newReport(change: Partial<DeliveryReport> = {}): DeliveryReport {
  const to = { kind: 'phone', value: `${PREFIX}0143` } as const;
  return {
    entry: { id: deliveryId.generate(), orgId: orgId.generate(), to, purpose: 'login' },
    status: 'delivered',
    provider: 'twilio',
    providerId: 'SM1',
    error: null,
    isOfRegion: false,
    ...change,
  };
}

describe('DeliveryReports', () => {
  let world: ReturnType<typeof setUp>;
  beforeEach(() => {
    world = setUp();
  });
  const all = () => world.deliveries.all;
  const handedOver = (report: DeliveryReport) =>
    world.ledger.add(report.entry, { outcome: 'accepted', provider: 'twilio', providerId: 'SM1' });

  it('tells what became of a message that was handed over, and leaves the rest of its record', async () => {
    const report = newReport({ status: 'undelivered', error: '30003', providerId: 'SM2' });
    await handedOver(report);
    const [before] = all();
    world.clock.advance(5_000);
    await world.reports.take([report]);
    const updatedAt = new Date(world.clock.now());
    expect(all()).to.deep.equal([{ ...before, status: 'undelivered', error: '30003', providerId: 'SM2', updatedAt }]);
  });

  it('takes no provider’s id away', async () => {
    const report = newReport({ providerId: null });
    await handedOver(report);
    await world.reports.take([report]);
    expect(all()[0]).to.include({ status: 'delivered', providerId: 'SM1' });
  });

  it('makes a record of a message whose own was lost', async () => {
    const report = newReport();
    await world.reports.take([report]);
    const { id, orgId: org, purpose } = report.entry;
    const made = { id, orgId: org, purpose, status: 'delivered', channel: 'sms', priceClass: 'sms_US', tries: 1 };
    expect(all()).to.have.length(1);
    expect(all()[0]).to.include(made);
    expect(JSON.stringify(all())).not.to.include(report.entry.to.value);
  });

  it('W-03: changes nothing when it is told ten times, or what was so before', async () => {
    const report = newReport();
    await handedOver(report);
    await world.reports.take([report]);
    const once = all();
    world.faults.clear();
    world.clock.advance(60_000);
    for (const status of ['sent', 'delivered', 'undelivered', 'failed'] as const)
      for (let time = 0; time < 10; time += 1) await world.reports.take([{ ...report, status, error: '1' }]);
    expect(all()).to.deep.equal(once);
    expect(new Set(world.faults.calls)).to.have.keys('deliveries.find');
  });

  it('takes of several on one message the one that leaves nothing to be said, in any order', async () => {
    const [one, other] = [newReport(), newReport()];
    const [sent, delivered] = [
      { ...one, status: 'sent' as const },
      { ...other, status: 'sent' as const },
    ];
    world.faults.clear();
    await world.reports.take([one, sent, delivered, other]);
    expect(all().map(({ status }) => status)).to.deep.equal(['delivered', 'delivered']);
    expect(world.faults.calls.filter((call) => call === 'deliveries.create')).to.have.length(2);
  });

  it('stops the numbers around one that the provider takes for pumped, once', async () => {
    const report = newReport({ status: 'undelivered', error: '30450', isOfRegion: true });
    await world.reports.take([{ ...newReport(), status: 'failed', error: '30005' }]);
    expect(await world.isStopped()).to.equal(false);
    await world.reports.take([report]);
    expect(await world.isStopped()).to.equal(true);
    world.clock.advance(PREFIX_FLAG_MS - 1);
    await world.reports.take([report]);
    world.clock.advance(1);
    expect(await world.isStopped(), 'a repetition prolongs nothing').to.equal(false);
  });

  it('stops them when it is told again, where that or the report itself could not be written down', async () => {
    for (const call of [0, 1, 2, 3, 4]) {
      world = setUp();
      world.faults.failCalls({ [call]: 'before' });
      const report = newReport({ status: 'undelivered', error: '30450', isOfRegion: true });
      await expectCode(world.reports.take([report]), 'unavailable');
      world.faults.clear();
      await world.reports.take([report]);
      expect(await world.isStopped(), `call ${call}`).to.equal(true);
      expect(all()[0]).to.include({ status: 'undelivered' });
    }
  });

  it('throws rather than lose a report to others that keep changing the record', async () => {
    const report = newReport();
    await handedOver(report);
    world.deliveries.change = async () => null;
    await expectCode(world.reports.take([report]), 'unavailable');
  });

  it('throws when one can not be written down, and writes the others down', async () => {
    const reports = [newReport(), newReport(), newReport()];
    world.faults.failCalls({ 0: 'before' });
    await expectCode(world.reports.take(reports), 'unavailable');
    expect(all()).to.have.length(2);
    world.faults.clear();
    await world.reports.take(reports);
    expect(all()).to.have.length(3);
  });
});
