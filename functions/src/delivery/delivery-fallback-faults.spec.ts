import { expect } from 'chai';
import { DeliveryDesk, EMAIL, type Instance, PHONE } from '../../test/support/delivery-desk.js';
import type { FaultMode, FaultPlan } from '../../test/support/fault-plan.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { CLAIM_LEASE_MS } from './delivery-policy.js';

const CALLS_OF_THE_FIRST = ['orgs.find', 'deliveries.find', 'deliveries.create', 'limits.change'];
const WHOLE = [
  ...[...CALLS_OF_THE_FIRST, 'limits.change', 'deliveries.change', 'sender.send'],
  ...['deliveries.create', 'deliveries.change'],
  ...['deliveries.find', 'deliveries.change', 'limits.change'],
  ...['deliveries.change', 'sender.send', 'deliveries.change'],
];
/**
 * Between the beginning of a message and the word of what came of it, nobody can know whether it has left: neither the text
 * message (and what it came to is known to its worker alone), nor the mail.
 */
const MAY_HAVE_LEFT = ['after 5', 'before 6', 'after 6', 'before 7', 'after 12', 'before 13'];

describe('The email that a code goes to from the queue, while the store fails or the worker dies', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(async () => {
    desk = await DeliveryDesk.open();
    instance = desk.instance();
  });

  /** How many mails leave when this happens to the first worker, and the queue goes on bringing the job. */
  async function mailsAfter(happens: (faults: FaultPlan) => void): Promise<number> {
    desk = await DeliveryDesk.open();
    const job = desk.job({ to: PHONE, fallback: EMAIL });
    const { sms } = desk.provider.script;
    sms.push(HANDOVERS.keyRotated);
    happens(desk.faults);
    await Promise.allSettled([desk.instance().worker.deliverCode(job)]);
    desk.faults.clear();
    for (const waitMs of [0, CLAIM_LEASE_MS, CLAIM_LEASE_MS]) {
      desk.clock.advance(waitMs);
      sms.splice(0, sms.length, HANDOVERS.keyRotated);
      await Promise.allSettled([desk.instance().worker.deliverCode(job)]);
    }
    return desk.provider.recipients.filter((to) => to === EMAIL.value).length;
  }

  it('takes these calls', async () => {
    desk.provider.script.sms.push(HANDOVERS.keyRotated);
    desk.faults.clear();
    await instance.worker.deliverCode(desk.job({ to: PHONE, fallback: EMAIL }));
    expect(desk.faults.calls).to.deep.equal(WHOLE);
  });

  const FAULTS = {
    fails: (at: number, mode: FaultMode) => (faults: FaultPlan) => faults.failCalls({ [at]: mode }),
    dies: (at: number, mode: FaultMode) => (faults: FaultPlan) => faults.killAt(at, mode),
  };
  for (const [name, fault] of Object.entries(FAULTS))
    it(`leaves once when the first worker ${name} at any call, but where a message may have left`, async () => {
      const lost: string[] = [];
      for (const [call, mode] of WHOLE.flatMap((_, at) => [[at, 'before'] as const, [at, 'after'] as const])) {
        const mails = await mailsAfter(fault(call, mode));
        expect(mails, `${mode} ${call}`).to.be.at.most(1);
        if (mails === 0) lost.push(`${mode} ${call}`);
      }
      expect(lost).to.deep.equal(MAY_HAVE_LEFT);
    });
});
