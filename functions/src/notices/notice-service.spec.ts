import { expect } from 'chai';
import { NEW_PASSWORD, NoticeDesk } from '../../test/support/notice-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { NotTakenError } from '../delivery/delivery-worker.js';
import type { Notice } from '../delivery/job.js';
import { DAY_MS, MINUTE_MS } from '../lib/clock.js';
import { orgPool } from '../orgs/org-record.js';

describe('Telling users what happened to their account', () => {
  let desk: NoticeDesk;

  beforeEach(async () => {
    desk = await NoticeDesk.open();
    await desk.verify('email', 'phone');
  });

  const notice = (change: Partial<Notice> = {}): Notice => {
    const common = { kind: 'password_changed', eventId: 'event-1', locale: 'en' } as const;
    return { ...common, at: desk.clock.now(), ...change };
  };
  const tell = async (change?: Partial<Notice>) =>
    desk.services.notices.tell(orgPool(desk.org), (await desk.user()).uid, notice(change));
  const queued = () => desk.memory.queue.jobs.map(({ payload }) => payload);

  it('tells every verified address, once', async () => {
    await tell();
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal(desk.both);
    for (const message of desk.sent('password_changed')) expect(message).to.include({ code: null, locale: 'en' });
  });

  it('tells nothing to an address that nobody has proved', async () => {
    for (const kind of ['email', 'phone'] as const) {
      const other = await NoticeDesk.open();
      await other.services.notices.tell(orgPool(other.org), (await other.user()).uid, notice());
      await other.work();
      expect(other.told('password_changed')).to.deep.equal([]);
      await other.verify(kind);
      await other.services.notices.tell(orgPool(other.org), (await other.user()).uid, notice());
      await other.work();
      expect(other.told('password_changed')).to.deep.equal([other.contacts[kind].value]);
    }
  });

  it('tells of one event once, told ten times, one after the other and at once, on three instances', async () => {
    for (const _ of times(10, String)) await tell({ kind: 'new_device' });
    const instances = times(3, () => desk.newInstance());
    await Promise.allSettled(queued().map((payload, index) => instances[index % 3]?.jobs.run(payload)));
    await desk.work();
    expect(desk.told('new_device')).to.deep.equal(desk.both);
    expect(desk.limits.total('new_device.sends1d'), 'nor counted more than once').to.equal(2);
  });

  it('tells of each event, and of each kind', async () => {
    await tell();
    await tell({ eventId: 'event-2' });
    await tell({ kind: 'new_device' });
    await desk.work();
    expect(desk.told('password_changed')).to.have.length(4);
    expect(desk.told('new_device')).to.deep.equal(desk.both);
  });

  for (const kind of ['password_changed', 'contact_changed'] as const)
    it(`tells of every ${kind}, however many there are: nobody hides one behind others`, async () => {
      for (const index of times(12, Number)) await tell({ kind, eventId: `event-${index}` });
      await desk.work();
      expect(desk.told(kind)).to.have.length(24);
    });

  it('tells an address of no more than three new devices in ten minutes', async () => {
    for (const index of times(6, Number)) await tell({ kind: 'new_device', eventId: `event-${index}` });
    await desk.work();
    expect(desk.told('new_device')).to.have.length(6);
    const suppressed = desk.memory.deliveries.all.filter(({ status }) => status === 'suppressed');
    expect(suppressed.map(({ error }) => error)).to.deep.equal(times(6, () => 'rate_limited'));
  });

  it('tells a contact that was theirs until then, too, which can be read nowhere meanwhile', async () => {
    const former = { kind: 'phone', value: '+12025550199' } as const;
    const { uid } = await desk.user();
    const sealed = desk.services.notices.seal(orgPool(desk.org), uid, former);
    desk.isQueueDown = true;
    await tell({ kind: 'contact_changed', former: sealed });
    desk.isQueueDown = false;
    const waiting = await desk.memory.revocations.findDue(new Date(desk.clock.now()), 10);
    expect(JSON.stringify(waiting)).to.include(sealed).and.not.to.include(former.value);
    await desk.sweep();
    await desk.work();
    expect(desk.told('contact_changed')).to.deep.equal([...desk.both, former.value].sort());
  });

  it('tells nobody at a former contact of another user', async () => {
    const { uid } = await (await NoticeDesk.open()).user();
    const former = desk.services.notices.seal(orgPool(desk.org), uid, { kind: 'phone', value: '+12025550199' });
    await tell({ kind: 'contact_changed', former });
    expect(await rejection(desk.work())).to.be.instanceOf(Error);
    expect(desk.told('contact_changed')).to.deep.equal([]);
  });

  it('keeps codes and notices apart: neither uses up the other', async () => {
    for (const index of times(4, Number)) await tell({ eventId: `event-${index}` });
    await desk.work();
    for (const _ of times(3, String)) await desk.start('email');
    await expectCode(desk.start('email'), 'rate_limited');
  });

  it('is too late after a day', async () => {
    await tell();
    desk.clock.advance(DAY_MS);
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal([]);
    expect(desk.memory.deliveries.all.map(({ error }) => error)).to.deep.equal(['expired', 'expired']);
  });

  describe('that can’t be told for longer than the queue tries', () => {
    const minutes = (count: number) => desk.clock.advance(count * MINUTE_MS);

    it('is tried again every five minutes, until somebody takes it', async () => {
      await tell();
      const isDown = { ...HANDOVERS.notTried };
      desk.provider.script.sms.push(...times(12, () => isDown));
      desk.provider.script.email.push(...times(12, () => isDown));
      expect(await rejection(desk.work()), 'first the queue itself').to.be.instanceOf(NotTakenError);
      await tell();
      for (const _ of times(10, String)) {
        minutes(5);
        await desk.work();
        expect(queued()).to.have.length(1);
      }
      desk.provider.script.sms.length = 0;
      desk.provider.script.email.length = 0;
      minutes(5);
      await desk.work();
      expect(desk.told('password_changed')).to.deep.equal(desk.both);
      expect(queued()).to.deep.equal([]);
    });

    it('is given up after a day', async () => {
      await tell();
      minutes(24 * 60);
      desk.provider.script.sms.push(HANDOVERS.notTried);
      await desk.work();
      expect(queued()).to.deep.equal([]);
    });
  });

  it('tells the one address although the other’s provider does not take it, and that one when it comes again', async () => {
    desk.provider.script.sms.push(HANDOVERS.notTaken);
    await tell();
    const [payload = ''] = queued();
    expect(await rejection(desk.work())).to.be.instanceOf(NotTakenError);
    expect(desk.told('password_changed'), 'one of them in vain').to.have.length(2);
    desk.clock.advance(2_000);
    await desk.services.jobs.run(payload);
    await desk.services.jobs.run(payload);
    expect(desk.told('password_changed')).to.deep.equal([...desk.both, desk.contacts.phone.value].sort());
  });

  it('goes nowhere for a user who is gone, or an org that is suspended', async () => {
    await tell();
    await desk.memory.users.delete(orgPool(desk.org), (await desk.user()).uid, []);
    await desk.work();
    const other = await NoticeDesk.open();
    await other.verify('email');
    other.memory.orgs.find = async () => ({ ...other.org, status: 'suspended' });
    await other.services.notices.tell(orgPool(other.org), (await other.user()).uid, notice());
    await other.work();
    expect([...desk.provider.handed, ...other.provider.handed]).to.deep.equal([]);
  });

  it('is sent nowhere from a test org', async () => {
    const test = await NoticeDesk.open({}, { environment: 'test' });
    await test.verify('email', 'phone');
    await test.services.notices.tell(orgPool(test.org), (await test.user()).uid, notice());
    await test.work();
    expect(test.provider.handed).to.deep.equal([]);
  });

  describe('while the queue is down', () => {
    it('is written down, and the sweep tells, once', async () => {
      desk.isQueueDown = true;
      await tell();
      expect(queued()).to.deep.equal([]);
      desk.isQueueDown = false;
      expect((await desk.sweep()).passwords).to.include({ done: 1 });
      await desk.work();
      expect(desk.told('password_changed')).to.deep.equal(desk.both);
      expect((await desk.sweep()).passwords).to.include({ done: 0 });
    });

    it('is told once although it was queued after all, and only the answer was lost', async () => {
      desk.faults.failCalls({ 0: 'after' });
      await tell();
      desk.faults.clear();
      await desk.sweep();
      expect(queued()).to.have.length(2);
      await desk.work();
      expect(desk.told('password_changed')).to.deep.equal(desk.both);
    });

    it('stays written down while the sweep can’t queue it either', async () => {
      desk.isQueueDown = true;
      await tell();
      for (const _ of times(3, String)) await desk.sweep();
      expect(queued()).to.deep.equal([]);
      desk.isQueueDown = false;
      expect((await desk.sweep()).passwords).to.include({ done: 1, failed: 0 });
      expect((await desk.sweep()).passwords, 'the old records are gone').to.include({ done: 0, failed: 0 });
      await desk.work();
      expect(desk.told('password_changed')).to.deep.equal(desk.both);
    });

    it('ends no session: there is nothing left to do but to tell', async () => {
      const session = await desk.logIn();
      desk.isQueueDown = true;
      await desk.services.notices.tell(orgPool(desk.org), (await desk.user()).uid, notice());
      desk.isQueueDown = false;
      await desk.sweep();
      await desk.services.sessions.authenticate(desk.org, session);
    });

    it('is an error when that can’t be written down either', async () => {
      const { uid } = await desk.user();
      desk.faults.failCalls({ 0: 'before', 1: 'before' });
      await expectCode(desk.services.notices.tell(orgPool(desk.org), uid, notice()), 'unavailable');
    });
  });

  it('says nothing of the password', async () => {
    const session = await desk.logIn();
    await desk.changePassword(session);
    await desk.work();
    const texts = desk.sent('password_changed').flatMap(({ text, html, subject }) => [text, html, subject]);
    expect(texts.join()).not.to.include(NEW_PASSWORD).and.not.to.include(desk.ada.password);
  });
});
