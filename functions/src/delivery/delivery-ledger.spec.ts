import { expect } from 'chai';
import { DeliveryDesk, PHONE } from '../../test/support/delivery-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { times } from '../../test/support/spy-limit-store.js';
import { INDEX_KEY } from '../../test/support/unit-fixtures.js';
import { DAY_MS } from '../lib/clock.js';
import { deliveryId } from './delivery-id.js';
import { type Claim, DeliveryLedger, type LedgerEntry } from './delivery-ledger.js';
import { CLAIM_LEASE_MS } from './delivery-policy.js';
import type { DeliveryRecord } from './delivery-record.js';

describe('The ledger of deliveries', () => {
  let desk: DeliveryDesk;
  let ledger: DeliveryLedger;
  let entry: LedgerEntry;

  beforeEach(() => {
    desk = new DeliveryDesk();
    const deliveries = desk.faults.wrap('deliveries', desk.ports.deliveries);
    ledger = new DeliveryLedger({ deliveries, clock: desk.clock, indexKey: INDEX_KEY });
    entry = { id: deliveryId.generate(), orgId: desk.org.orgId, to: PHONE, purpose: 'login' };
  });

  async function record(): Promise<DeliveryRecord> {
    const [found] = await desk.records();
    if (found === undefined) throw new Error('there is no record');
    return found;
  }

  async function claim(): Promise<Claim> {
    const claimed = await ledger.claim(entry);
    if (claimed === null || claimed === 'too_early') throw new Error(`no claim: ${claimed}`);
    return claimed;
  }

  /** The claim of whoever is about to give it to the provider. */
  async function begin(): Promise<Claim> {
    const begun = await ledger.begin(await claim());
    if (begun === null) throw new Error('somebody else has it');
    return begun;
  }

  const reportOf = (status: DeliveryRecord['status'], providerId: string | null = 'SM1', error: string | null = null) =>
    ledger.report(entry, { status, provider: 'twilio', providerId, error });

  it('knows of a message what it cost and how it went for 30 days, and of its contact a hash and a mask', async () => {
    await ledger.add(entry, HANDOVERS.accepted);
    const { contactHash, createdAt, purgeAt, ...known } = await record();
    expect(purgeAt.getTime() - createdAt.getTime()).to.equal(30 * DAY_MS);
    expect(known).to.include({ contactMask: '+1********56', priceClass: 'sms_US', channel: 'sms', purpose: 'login' });
    expect(JSON.stringify(await record())).not.to.include(PHONE.value);
    expect(contactHash).to.match(/^[\w-]{20,}$/);
  });

  it('gives one of 200 workers a message to look at, and once that one has begun, nobody any more', async () => {
    const claims = await Promise.all(times(200, () => ledger.claim(entry)));
    const [claimed, ...others] = claims.filter((one) => one !== 'too_early');
    expect(others).to.deep.equal([]);
    expect(await ledger.claim(entry)).to.equal('too_early');
    expect(await ledger.begin(claimed as Claim)).to.include({ tries: 1 });
    desk.clock.advance(DAY_MS);
    expect(await ledger.claim(entry)).to.equal(null);
    expect(await ledger.has(entry.id)).to.equal(true);
    expect(await ledger.has(deliveryId.generate())).to.equal(false);
  });

  it('gives it to another once the lease is over, and then no more to the one who had it', async () => {
    const late = await claim();
    desk.clock.advance(CLAIM_LEASE_MS - 1);
    expect(await ledger.claim(entry)).to.equal('too_early');
    desk.clock.advance(1);
    const [taken, ...others] = (await Promise.all(times(50, () => ledger.claim(entry)))).filter(
      (one) => one !== 'too_early',
    );
    expect(others).to.deep.equal([]);
    expect(await ledger.begin(late)).to.equal(null);
    expect(await ledger.begin(taken as Claim)).to.include({ tries: 1, isAdmitted: false });
  });

  it('lets one of 50 begin that hold the same claim', async () => {
    const claimed = await claim();
    const begun = await Promise.all(times(50, () => ledger.begin(claimed)));
    expect(begun.filter((one) => one !== null)).to.have.length(1);
  });

  it('gives it a second time after the wait, once, and never a third time', async () => {
    expect(await ledger.settle(await begin(), HANDOVERS.notTaken)).to.equal(true);
    expect(await ledger.claim(entry)).to.equal('too_early');
    desk.clock.advance(2_000);
    const claims = await Promise.all(times(50, () => ledger.claim(entry)));
    const [again, ...others] = claims.filter((one) => one !== 'too_early');
    expect(others).to.deep.equal([]);
    expect(again).to.include({ tries: 1, isAdmitted: true });
    const begun = await ledger.begin(again as Claim);
    expect(begun).to.include({ tries: 2 });
    expect(await ledger.settle(begun as Claim, HANDOVERS.notTaken)).to.equal(false);
    desk.clock.advance(DAY_MS);
    expect(await ledger.claim(entry)).to.equal(null);
  });

  for (const name of ['accepted', 'serverError', 'timedOut', 'badNumber', 'keyRotated'] as const)
    it(`never gives it again after ${name}`, async () => {
      expect(await ledger.settle(await begin(), HANDOVERS[name])).to.equal(false);
      desk.clock.advance(DAY_MS);
      expect(await ledger.claim(entry)).to.equal(null);
    });

  it('does not count what nobody has tried', async () => {
    for (const _ of times(5, String)) {
      const begun = await begin();
      expect(begun.tries).to.equal(1);
      expect(await ledger.settle(begun, HANDOVERS.notTried)).to.equal(true);
    }
    expect((await claim()).isAdmitted).to.equal(true);
  });

  it('gives a claim back whole', async () => {
    await ledger.release(await claim());
    expect(await claim()).to.include({ tries: 0, isAdmitted: false });
  });

  describe('of what a provider reports', () => {
    const ORDER = ['queued', 'sent', 'delivered'] as const;

    it('goes on and never back, in whatever order the reports come, and says which of them were news', async () => {
      expect(await reportOf('sent')).to.equal(true);
      expect(await reportOf('delivered')).to.equal(true);
      for (const status of ORDER) expect(await reportOf(status), status).to.equal(false);
      expect(await reportOf('undelivered', 'SM1', '30003')).to.equal(false);
      expect(await record()).to.include({ status: 'delivered', error: null, providerId: 'SM1' });
    });

    it('makes a record where it comes before the handover is written down, which then changes nothing', async () => {
      expect(await reportOf('undelivered', 'SM1', '30005')).to.equal(true);
      await ledger.add(entry, HANDOVERS.accepted);
      expect(await record()).to.include({ status: 'undelivered', error: '30005', providerId: 'SM1' });
    });

    it('learns the provider’s id from whichever knows it first, and forgets it no more', async () => {
      await reportOf('delivered', null);
      await ledger.add(entry, { ...HANDOVERS.accepted, providerId: 'SM7' });
      expect(await record()).to.include({ status: 'delivered', providerId: 'SM7' });
      expect(await reportOf('sent', null)).to.equal(false);
      expect(await record()).to.include({ providerId: 'SM7' });
    });

    it('is told apart from ten of the same at once: one of them is news', async () => {
      await ledger.add(entry, HANDOVERS.accepted);
      const news = await Promise.all(times(10, () => reportOf('undelivered', 'SM1', '30003')));
      expect(news.filter(Boolean)).to.have.length(1);
    });

    it('keeps a message from being handed over again that was taken after all', async () => {
      const begun = await begin();
      await reportOf('sent');
      await ledger.settle(begun, HANDOVERS.notTaken);
      desk.clock.advance(DAY_MS);
      expect(await ledger.claim(entry)).to.equal(null);
      expect(await record()).to.include({ status: 'sent' });
    });
  });
});
