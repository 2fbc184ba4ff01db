import { expect } from 'chai';
import { codeMessage, DeliveryDesk, EMAIL, type Instance, orgWith, PHONE } from '../../test/support/delivery-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { DeliveryFailedError, GatehouseError, UnavailableError } from '../errors/gatehouse-error.js';
import { HandoverError, type SentMessage } from './delivery-service.js';
import { NotTakenError } from './delivery-worker.js';
import type { Handover } from './message-sender.js';

interface Row {
  readonly answer: SentMessage['state'] | 'delivery_failed' | 'unavailable';
  /** Whether the code is to stay good although the answer is an error. */
  readonly mayArrive?: boolean;
  readonly status: string;
  readonly error: string | null;
  readonly handed?: number;
  readonly jobs?: number;
}

/** The rows of the fault matrix for a message that the caller waits for. */
const ROWS: Readonly<Record<keyof typeof HANDOVERS, Row>> = {
  accepted: { answer: 'sent', status: 'sent', error: null },
  notTaken: { answer: 'pending', status: 'queued', error: '20429', jobs: 1 },
  notTried: { answer: 'unavailable', status: 'failed', error: 'breaker_open', handed: 0 },
  badNumber: { answer: 'delivery_failed', status: 'failed', error: '21211' },
  regionOff: { answer: 'delivery_failed', status: 'failed', error: '21408' },
  badMessage: { answer: 'delivery_failed', status: 'failed', error: '21617' },
  keyRotated: { answer: 'unavailable', status: 'failed', error: '20003' },
  serverError: { answer: 'delivery_failed', mayArrive: true, status: 'queued', error: '20500' },
  timedOut: { answer: 'pending', status: 'queued', error: 'no_answer' },
};

describe('A message that its caller waits for', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(async () => {
    desk = await DeliveryDesk.open();
    instance = desk.instance();
  });

  const sendNow = (handover: Handover, to = PHONE) => {
    desk.provider.script[to.kind === 'phone' ? 'sms' : 'email'].push(handover);
    return instance.delivery.sendNow(desk.org, codeMessage(to), null);
  };
  const drain = () => desk.ports.queue.drain((payload) => instance.jobs.run(payload));

  for (const [name, row] of Object.entries(ROWS) as [keyof typeof HANDOVERS, Row][]) {
    const { answer, mayArrive = false, status, error, handed = 1, jobs = 0 } = row;

    it(`is answered ${answer} and recorded ${status} when the provider answers ${name}`, async () => {
      const sending = sendNow(HANDOVERS[name]);
      if (answer === 'sent' || answer === 'pending') {
        expect(await sending).to.deep.equal({ state: answer, channel: 'sms' });
      } else {
        const refusal = await expectCode(sending, answer);
        expect(refusal instanceof DeliveryFailedError && refusal.mayArrive).to.equal(mayArrive);
      }
      const records = await desk.records();
      expect(records).to.have.length(1);
      expect(records[0]).to.include({ status, error, provider: 'twilio', channel: 'sms', purpose: 'login' });
      expect(records[0]?.tries, 'how often the provider was given it').to.equal(handed);
      expect(records[0]).to.include({ orgId: desk.org.orgId, priceClass: 'sms_US', contactMask: '+1********56' });
      expect(desk.provider.recipients).to.have.length(handed);
      expect(desk.ports.queue.jobs).to.have.length(jobs);
      expect(desk.errors).to.deep.equal([]);
    });
  }

  it('is known by the id that its record has', async () => {
    await sendNow(HANDOVERS.accepted);
    const [record] = await desk.records();
    expect(desk.provider.handed[0]?.message.id).to.equal(record?.id);
    expect(record).to.include({ providerId: 'SM1', tries: 1, retryAt: null });
  });

  it('goes by e-mail to an address', async () => {
    expect(await sendNow(HANDOVERS.accepted, EMAIL)).to.deep.equal({ state: 'sent', channel: 'email' });
    expect((await desk.records())[0]).to.include({
      channel: 'email',
      priceClass: 'email',
      contactMask: 'a***@acme.com',
    });
  });

  it('says in the log which provider and which code, and nothing else that the provider said', async () => {
    const { cause } = await expectCode(sendNow(HANDOVERS.badNumber), 'delivery_failed');
    expect(cause).to.be.instanceOf(HandoverError).and.include({ code: 'twilio/21211' });
    expect(String(cause)).not.to.include(PHONE.value);
  });

  it('ends here for a test org: nothing leaves, and nothing is written', async () => {
    const org = orgWith({}, { environment: 'test' });
    const sent = await instance.delivery.sendNow(org, codeMessage(PHONE), EMAIL);
    expect(sent).to.deep.equal({ state: 'sent', channel: 'sms' });
    expect(desk.provider.handed).to.deep.equal([]);
    expect(await desk.records()).to.deep.equal([]);
  });

  it('is answered although its record can’t be written: nothing correct depends on it', async () => {
    desk.faults.failCalls({ 1: 'before' });
    expect(await sendNow(HANDOVERS.accepted)).to.include({ state: 'sent' });
    expect(await desk.records()).to.deep.equal([]);
    expect(desk.errors).to.have.length(1);
  });

  describe('that was not taken', () => {
    const at = () => desk.ports.queue.jobs[0]?.delayMs;

    it('goes out once more from the queue: the same code, under the same id, no earlier than the provider asks for', async () => {
      await sendNow(HANDOVERS.notTaken);
      expect(at()).to.equal(2_000);
      desk.clock.advance(2_000);
      await drain();
      const [first, second] = desk.provider.handed;
      expect(second?.message).to.deep.equal(first?.message);
      expect((await desk.records())[0]).to.include({ id: first?.message.id, status: 'sent', tries: 2, retryAt: null });
    });

    it('waits when the queue is early', async () => {
      await sendNow(HANDOVERS.notTaken);
      desk.clock.advance(1_999);
      expect(await rejection(drain())).to.be.instanceOf(NotTakenError);
      expect(desk.provider.handed).to.have.length(1);
    });

    it('is given up when it is not taken again', async () => {
      await sendNow(HANDOVERS.notTaken);
      const [job] = desk.ports.queue.jobs;
      desk.provider.script.sms.push(HANDOVERS.notTaken);
      for (let round = 0; round < 3; round += 1) {
        desk.clock.advance(20_000);
        await instance.jobs.run(job?.payload ?? '');
      }
      expect(desk.provider.handed).to.have.length(2);
      expect((await desk.records())[0]).to.include({ status: 'failed', error: '20429', tries: 2 });
    });

    it('does not go out when its code has died meanwhile', async () => {
      await sendNow(HANDOVERS.notTaken);
      desk.clock.advance(600_000);
      await drain();
      expect(desk.provider.handed).to.have.length(1);
      expect((await desk.records())[0]).to.include({ status: 'suppressed', error: 'expired' });
    });

    it('is not admitted a second time, but an admin who stops it meanwhile has stopped it', async () => {
      await sendNow(HANDOVERS.notTaken);
      const { used } = desk.limits;
      desk.ports.orgs.find = async () => orgWith({ sendMessages: false }, { orgId: desk.org.orgId });
      desk.clock.advance(2_000);
      await drain();
      expect(desk.provider.handed).to.have.length(1);
      expect((await desk.records())[0]).to.include({ status: 'suppressed', error: 'sending_stopped' });
      expect(desk.limits.used).to.deep.equal(used);
    });

    it('is answered unavailable when the queue is down, and given up', async () => {
      // The handover, the record, the job.
      desk.faults.failCalls({ 2: 'before' });
      await expectCode(sendNow(HANDOVERS.notTaken), 'unavailable');
      expect(desk.faults.calls.slice(0, 3)).to.deep.equal(['sender.send', 'deliveries.create', 'queue.enqueue']);
      expect((await desk.records())[0]).to.include({ status: 'failed', error: '20429', retryAt: null });
    });

    it('is not queued without its record: a worker would take it for one that nobody has tried', async () => {
      desk.faults.failCalls({ 1: 'before' });
      await expectCode(sendNow(HANDOVERS.notTaken), 'unavailable');
      expect(desk.ports.queue.jobs).to.deep.equal([]);
    });
  });

  it('reports what went wrong as an error of ours', async () => {
    for (const handover of [HANDOVERS.keyRotated, HANDOVERS.notTried]) {
      const error = await rejection(sendNow(handover));
      expect(error).to.be.instanceOf(UnavailableError).and.be.instanceOf(GatehouseError);
    }
  });
});
