import { expect } from 'chai';
import { DeliveryDesk, type Instance, PHONE } from '../../test/support/delivery-desk.js';
import type { FaultMode } from '../../test/support/fault-plan.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { CLAIM_LEASE_MS, PREFIX_BREAKER } from './delivery-policy.js';
import { NotTakenError } from './delivery-worker.js';
import type { CodeJob } from './job.js';

describe('The worker of the queue: faults', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(async () => {
    desk = await DeliveryDesk.open();
    instance = desk.instance();
  });

  const deliver = (job: CodeJob, by = instance) => by.worker.deliverCode(job);

  /** How often a message is handed over whose first worker dies, and that is brought again before and after the lease. */
  async function handedAfter(call: number, mode: FaultMode): Promise<number> {
    const job = desk.job({ to: PHONE });
    const before = desk.provider.handed.length;
    desk.faults.killAt(call, mode);
    await Promise.allSettled([deliver(job, desk.instance())]);
    desk.faults.clear();
    for (const waitMs of [0, CLAIM_LEASE_MS, CLAIM_LEASE_MS]) {
      desk.clock.advance(waitMs);
      await Promise.allSettled(times(3, () => deliver(job)));
    }
    return desk.provider.handed.length - before;
  }

  it('hands nothing over a second time after dying with it, and loses it only where it may have been sent', async () => {
    const calls = ['orgs.find', 'deliveries.find', 'deliveries.create'];
    const whole = [...calls, 'limits.change', 'limits.change', 'deliveries.change', 'sender.send', 'deliveries.change'];
    desk.faults.clear();
    await deliver(desk.job({ to: PHONE }));
    expect(desk.faults.calls).to.deep.equal(whole);
    const lost = ['after 5', 'before 6'];
    for (const [call, name] of whole.entries())
      for (const mode of ['before', 'after'] as const)
        expect(await handedAfter(call, mode), `${mode} ${name}`).to.equal(lost.includes(`${mode} ${call}`) ? 0 : 1);
  });

  it('leaves a message for the next when it could not be looked at, and loses nothing', async () => {
    const job = desk.job({ to: PHONE });
    desk.faults.failCalls({ 3: 'before' });
    await expectCode(deliver(job), 'unavailable');
    desk.faults.clear();
    expect((await desk.records())[0]).to.include({ status: 'queued', tries: 0 });
    expect(await deliver(job)).to.include({ outcome: 'accepted' });
    expect((await desk.records())[0]).to.include({ status: 'sent', tries: 1 });
  });

  it('keeps nothing back because others change the same counters: the queue brings it again', async () => {
    for (const call of [3, 4]) {
      const job = desk.job({ to: PHONE, isCounted: false });
      desk.faults.failCalls({ [call]: 'before' }, new RequestInProgressError());
      await expectCode(deliver(job, desk.instance()), 'request_in_progress');
      expect(desk.faults.calls[call]).to.equal('limits.change');
      desk.faults.clear();
      expect((await desk.records()).at(-1)).to.include({ status: 'queued', tries: 0 });
      expect(await deliver(job)).to.include({ outcome: 'accepted' });
    }
  });

  it('counts what it could not begin with once, however often that was', async () => {
    const job = desk.job({ to: PHONE, isCounted: false });
    const { deliveries } = desk.ports;
    const change = deliveries.change.bind(deliveries);
    const isBeginning = (to: object) => 'tries' in to && !('status' in to);
    let isDown = true;
    deliveries.change = async (read, to) => {
      if (isDown && isBeginning(to)) throw new UnavailableError();
      return change(read, to);
    };
    for (const _ of times(5, String)) {
      await expectCode(deliver(job), 'unavailable');
      desk.clock.advance(CLAIM_LEASE_MS);
    }
    isDown = false;
    expect(await deliver(job)).to.include({ outcome: 'accepted' });
    expect(desk.limits.total('unasked.sends10m')).to.equal(1);
    expect(desk.limits.total('sent'), 'of the prefix').to.equal(PREFIX_BREAKER.leaseSize);
  });

  it('brought again while the provider has it, is kept in the queue, for it may not be taken', async () => {
    const job = desk.job({ to: PHONE });
    desk.provider.script.sms.push(HANDOVERS.notTaken);
    desk.faults.interruptAt(6, async () => {
      expect(await rejection(deliver(job, desk.instance()))).to.be.instanceOf(NotTakenError);
    });
    expect(await rejection(deliver(job))).to.be.instanceOf(NotTakenError);
    desk.clock.advance(2_000);
    expect(await deliver(job)).to.include({ outcome: 'accepted' });
    expect(desk.provider.handed).to.have.length(2);
  });

  describe('when the store fails before the hand-over', () => {
    const FAILING = [
      ['can’t be looked at nor released', { 3: 'before', 4: 'before' }],
      ['is claimed, and the answer is lost', { 2: 'after' }],
      ['is not begun', { 5: 'before' }],
    ] as const;
    for (const [what, faults] of FAILING)
      it(`sends what ${what} with the first job after the lease`, async () => {
        const job = desk.job({ to: PHONE });
        desk.faults.failCalls(faults);
        await expectCode(deliver(job), 'unavailable');
        desk.faults.clear();
        expect(await rejection(deliver(job))).to.be.instanceOf(NotTakenError);
        expect(desk.provider.handed).to.deep.equal([]);
        desk.clock.advance(CLAIM_LEASE_MS);
        expect(await deliver(job, desk.instance())).to.include({ outcome: 'accepted' });
        expect(await deliver(job)).to.equal(null);
        expect(desk.provider.handed).to.have.length(1);
      });
  });

  it('leaves a message to whoever has it by now, when it took longer than its lease', async () => {
    const job = desk.job({ to: PHONE });
    desk.faults.interruptAt(5, async () => {
      desk.clock.advance(CLAIM_LEASE_MS);
      expect(await deliver(job, desk.instance())).to.include({ outcome: 'accepted' });
    });
    expect(await rejection(deliver(job))).to.be.instanceOf(NotTakenError);
    expect(await deliver(job)).to.equal(null);
    expect(desk.provider.handed).to.have.length(1);
  });
});
