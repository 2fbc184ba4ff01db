import { expect } from 'chai';
import { NoticeDesk } from '../../test/support/notice-desk.js';
import { newRegistration } from '../../test/support/scenario.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import type { MemoryUserStore } from '../adapters/memory/memory-user-stores.js';
import type { Contact } from '../contacts/contact.js';
import { NotTakenError } from '../delivery/delivery-worker.js';
import { orgPool } from '../orgs/org-record.js';
import type { OrgSettings } from '../orgs/org-settings.js';

const nobody = (kind: Contact['kind']): Contact => {
  const { email, phone_number } = newRegistration();
  return { kind, value: kind === 'email' ? email : phone_number };
};

describe('A reset code', () => {
  let desk: NoticeDesk;
  const open = async (settings: Partial<OrgSettings> = {}) => {
    desk = await NoticeDesk.open(settings);
  };
  beforeEach(() => open());
  const ask = (contact: Contact) => desk.services.passwords.sendResetCode(desk.org, contact);

  for (const kind of ['email', 'phone'] as const) {
    it(`leaves three times of 200 requests at once, by ${kind}`, async () => {
      const contact = desk.contacts[kind];
      expect(await fulfilled(times(200, () => ask(contact)))).to.equal(3);
      expect(desk.provider.handed, 'in the request nothing').to.deep.equal([]);
      await desk.work();
      expect(desk.provider.recipients).to.deep.equal(times(3, () => contact.value));
    });

    it(`is answered alike for nobody, by ${kind}: three times, then as the limit has it`, async () => {
      for (const contact of [desk.contacts[kind], nobody(kind)]) {
        const before = desk.limits.writes.length;
        expect(await fulfilled(times(3, () => ask(contact)))).to.equal(3);
        const { exceeded, retryAfterSeconds } = await expectCode(ask(contact), 'rate_limited');
        expect(exceeded.map(({ name }) => name)).to.deep.equal(['sends10m']);
        expect(retryAfterSeconds).to.equal(600);
        expect(desk.limits.writes.length - before, 'four counts, one of them given back').to.equal(5);
      }
      expect(new Set(desk.memory.queue.jobs.map(({ payload }) => payload.length)).size).to.equal(1);
      await desk.work();
      expect(desk.provider.handed).to.have.length(3);
    });
  }

  for (const settings of [{ sendMessages: false }, { smsCountries: ['FR'] }, { smsPerDay: 0 }] as const)
    it(`is answered as ever, and does not leave, with ${JSON.stringify(settings)}`, async () => {
      await open(settings);
      for (const contact of [desk.contacts.phone, nobody('phone')]) await ask(contact);
      await desk.work();
      expect(desk.provider.handed).to.deep.equal([]);
      const [one, other] = desk.memory.deliveries.all;
      expect(one).to.include({ status: 'suppressed' });
      expect(other?.error, 'that nobody has it shows nowhere').to.equal(one?.error);
    });

  it('goes to the other contact where the org wants it, by that one’s own limit', async () => {
    await open({ resetChannel: 'sms' });
    for (const _ of times(3, String)) await ask(desk.contacts.email);
    await desk.work();
    expect(desk.provider.recipients).to.deep.equal(times(3, () => desk.contacts.phone.value));
    desk.clock.advance(600_000);
    for (const _ of times(2, String)) await ask(desk.contacts.email);
    await desk.work();
    expect(desk.provider.handed, 'five in an hour').to.have.length(5);
  });

  it('that was not taken comes once more, the same, and works', async () => {
    desk.provider.script.sms.push(HANDOVERS.notTaken);
    await ask(desk.contacts.phone);
    const [{ payload } = { payload: '' }] = desk.memory.queue.jobs;
    expect(await rejection(desk.work())).to.be.instanceOf(NotTakenError);
    desk.clock.advance(2_000);
    for (const _ of times(3, String)) await desk.services.jobs.run(payload);
    expect(desk.provider.handed).to.have.length(2);
    expect(desk.provider.codes).to.have.length(1);
    await desk.reset('phone');
  });

  it('goes to the proved email while text messages can’t be sent, if the org wants it', async () => {
    await open({ smsFallbackToEmail: true });
    await desk.verify('email');
    desk.provider.script.sms.push(HANDOVERS.timedOut);
    await desk.sendReset('phone');
    expect(desk.provider.recipients).to.deep.equal([desk.contacts.phone.value, desk.contacts.email.value]);
    expect(desk.provider.codes).to.have.length(1);
    await desk.reset('phone');
  });

  it('is not for somebody who may not log in', async () => {
    await (desk.memory.users as MemoryUserStore).edit(orgPool(desk.org), (await desk.user()).uid, {
      status: 'suspended',
    });
    await ask(desk.contacts.email);
    await desk.work();
    expect(desk.provider.handed).to.deep.equal([]);
  });

  it('leaves nothing that works where the queue is down', async () => {
    desk.isQueueDown = true;
    await expectCode(ask(desk.contacts.email), 'unavailable');
    expect(desk.memory.queue.jobs).to.deep.equal([]);
  });
});
