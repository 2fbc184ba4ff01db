import { expect } from 'chai';
import { DeliveryDesk, EMAIL, PHONE, phoneOf } from '../../test/support/delivery-desk.js';
import { times } from '../../test/support/spy-limit-store.js';
import type { Contact } from '../contacts/contact.js';

describe('A queued message for nobody', () => {
  /** What a job does to the stores: the calls, and what every counter came to. */
  async function traceOf(to: Contact, isForNobody: boolean) {
    const other = await DeliveryDesk.open();
    const worker = other.instance();
    await worker.worker.deliverCode(other.job({ to, isForNobody, isCounted: false, orgId: other.org.orgId }));
    await other.background.idle();
    return {
      calls: other.faults.calls.filter((call) => call !== 'sender.send'),
      // The cap's counter is the org's own, and its document another in each desk.
      used: Object.entries(other.limits.used).map(([place, count]) => [place.replace(/^.*\/(?=sms1d_)/, ''), count]),
      records: (await other.records()).length,
    };
  }

  for (const to of [EMAIL, PHONE])
    it(`by ${to.kind} uses up what a real one does, with the same calls`, async () => {
      const [real, nobody] = [await traceOf(to, false), await traceOf(to, true)];
      const ofDeliveries = ['deliveries.find', 'deliveries.create', 'deliveries.change', 'deliveries.change'];
      expect(real.calls.filter((call) => call.startsWith('deliveries.'))).to.deep.equal(ofDeliveries);
      expect(nobody.calls).to.deep.equal(real.calls);
      expect(nobody.records).to.equal(real.records);
      expect(nobody.used).to.have.deep.members(real.used);
    });

  it('takes from the cap as well, so that the cap tells nothing', async () => {
    const desk = await DeliveryDesk.open({ smsPerDay: 2 });
    const { worker } = desk.instance();
    for (const index of times(2, Number)) await worker.deliverCode(desk.job({ to: phoneOf(index), isForNobody: true }));
    await worker.deliverCode(desk.job({ to: PHONE }));
    expect(desk.provider.handed).to.deep.equal([]);
    expect((await desk.records()).map(({ error }) => error)).to.deep.equal(['nobody', 'nobody', 'rate_limited']);
  });
});
