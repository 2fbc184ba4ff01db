import { expect } from 'chai';
import { codeMessage, DeliveryDesk, EMAIL, type Instance, PHONE } from '../../test/support/delivery-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { DeliveryFailedError } from '../errors/gatehouse-error.js';
import { NotTakenError } from './delivery-worker.js';
import type { CodeJob } from './job.js';

const DOWN = ['notTaken', 'notTried', 'keyRotated', 'serverError', 'timedOut'] as const;
const NOT_DOWN = ['accepted', 'badNumber', 'regionOff', 'badMessage'] as const;

describe('The email that a code goes to while text messages can’t be sent', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(async () => {
    desk = await DeliveryDesk.open();
    instance = desk.instance();
  });

  const sendNow = () => instance.delivery.sendNow(desk.org, codeMessage(PHONE), EMAIL);
  const statuses = async () => (await desk.records()).map(({ channel, status }) => `${channel} ${status}`);

  for (const name of DOWN)
    it(`is used at once on ${name}, with the same code`, async () => {
      desk.provider.script.sms.push(HANDOVERS[name]);
      expect(await sendNow()).to.deep.equal({ state: 'sent', channel: 'email' });
      const sms = name === 'notTried' ? [] : [PHONE.value];
      expect(desk.provider.recipients).to.deep.equal([...sms, EMAIL.value]);
      expect(desk.provider.codes).to.deep.equal(['012345']);
      expect(desk.ports.queue.jobs, 'the text message is not tried again').to.deep.equal([]);
      const isUnknown = HANDOVERS[name].outcome === 'unknown';
      expect(await statuses()).to.have.members([`sms ${isUnknown ? 'queued' : 'failed'}`, 'email sent']);
      expect((await desk.records()).map(({ retryAt }) => retryAt)).to.deep.equal([null, null]);
    });

  for (const name of NOT_DOWN)
    it(`is not used on ${name}: that is about this number, or this message`, async () => {
      desk.provider.script.sms.push(HANDOVERS[name]);
      if (name === 'accepted') expect(await sendNow()).to.deep.equal({ state: 'sent', channel: 'sms' });
      else await expectCode(sendNow(), 'delivery_failed');
      expect(desk.provider.recipients).to.deep.equal([PHONE.value]);
    });

  it('has a limit of its own', async () => {
    desk.provider.script.sms.push(...Array.from({ length: 4 }, () => HANDOVERS.keyRotated));
    for (let sent = 0; sent < 3; sent += 1) await sendNow();
    await expectCode(sendNow(), 'rate_limited');
    expect(desk.provider.recipients.filter((to) => to === EMAIL.value)).to.have.length(3);
  });

  it('may be tried again itself, and nothing comes in its place', async () => {
    desk.provider.script.sms.push(HANDOVERS.keyRotated);
    desk.provider.script.email.push(HANDOVERS.notTaken);
    expect(await sendNow()).to.deep.equal({ state: 'pending', channel: 'email' });
    desk.clock.advance(2_000);
    await desk.ports.queue.drain((payload) => instance.jobs.run(payload));
    expect(desk.provider.recipients).to.deep.equal([PHONE.value, EMAIL.value, EMAIL.value]);
    expect(desk.provider.codes).to.have.length(1);
  });

  it('does not take with it the code of a text message that may have been taken', async () => {
    desk.provider.script.sms.push(HANDOVERS.timedOut, HANDOVERS.serverError, HANDOVERS.keyRotated);
    desk.provider.script.email.push(HANDOVERS.badMessage, HANDOVERS.badMessage, HANDOVERS.badMessage);
    expect(await sendNow()).to.deep.equal({ state: 'pending', channel: 'sms' });
    expect(await expectCode(sendNow(), 'delivery_failed')).to.include({ mayArrive: true });
    const refused = await expectCode(sendNow(), 'delivery_failed');
    expect(refused instanceof DeliveryFailedError && refused.mayArrive, 'nothing may arrive').to.equal(false);
  });

  describe('from the queue', () => {
    const job = (change: Partial<CodeJob> = {}) => desk.job({ to: PHONE, fallback: EMAIL, ...change });

    for (const name of DOWN)
      it(`is used on ${name}, once however often the queue brings the job`, async () => {
        desk.provider.script.sms.push(HANDOVERS[name]);
        const queued = job();
        const run = () => instance.worker.deliverCode(queued);
        const runs = await Promise.allSettled(Array.from({ length: 20 }, run));
        const reasons = runs.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
        expect(reasons.filter((reason) => !(reason instanceof NotTakenError))).to.deep.equal([]);
        await run();
        const sms = name === 'notTried' ? [] : [PHONE.value];
        expect(desk.provider.recipients).to.deep.equal([...sms, EMAIL.value]);
        expect(desk.provider.codes).to.have.length(1);
      });

    it('may be tried again itself, though nobody tries the text message again', async () => {
      desk.provider.script.sms.push(HANDOVERS.timedOut);
      desk.provider.script.email.push(HANDOVERS.notTaken);
      const queued = job();
      expect(await rejection(instance.worker.deliverCode(queued))).to.be.instanceOf(NotTakenError);
      desk.clock.advance(2_000);
      expect(await instance.worker.deliverCode(queued)).to.include({ outcome: 'accepted' });
      expect(desk.provider.recipients).to.deep.equal([PHONE.value, EMAIL.value, EMAIL.value]);
    });

    it('is counted by its own limit, and suppressed by it', async () => {
      desk.provider.script.sms.push(...Array.from({ length: 4 }, () => HANDOVERS.keyRotated));
      for (let sent = 0; sent < 4; sent += 1) await instance.worker.deliverCode(job());
      expect(desk.provider.recipients.filter((to) => to === EMAIL.value)).to.have.length(3);
      const suppressed = (await desk.records()).filter(({ status }) => status === 'suppressed');
      expect(suppressed.map(({ channel, error }) => [channel, error])).to.deep.equal([['email', 'rate_limited']]);
    });
  });
});
