import { expect } from 'chai';
import type { FaultMode } from '../../test/support/fault-plan.js';
import { failAtOnce } from '../../test/support/late-calls.js';
import { NEW_PASSWORD, NoticeDesk } from '../../test/support/notice-desk.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { NotFoundError, RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { BreakerOpenError } from '../lib/backend.js';
import { DeadlineExceededError } from '../lib/deadline.js';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';

/** P-08 */
describe('Who is told that a password was changed', () => {
  let desk: NoticeDesk;

  beforeEach(async () => {
    desk = await NoticeDesk.open();
    await desk.verify('email', 'phone');
  });

  it('is every verified address of the user who changed it, once', async () => {
    await desk.changePassword(await desk.logIn());
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal(desk.both);
  });

  it('is every verified address of the user who has reset it, once', async () => {
    await desk.sendReset('email');
    await desk.reset();
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal(desk.both);
  });

  it('is the contact that the reset has just proved, and no other that nobody has', async () => {
    for (const by of ['email', 'phone'] as const) {
      const other = await NoticeDesk.open();
      await other.sendReset(by);
      await other.reset(by);
      await other.work();
      expect(other.told('password_changed')).to.deep.equal([other.contacts[by].value]);
    }
  });

  it('is the contact that the code went to, where the org chooses it', async () => {
    const other = await NoticeDesk.open({ resetChannel: 'sms' });
    await other.sendReset('email');
    await other.reset('email');
    await other.work();
    expect(other.told('password_changed')).to.deep.equal([other.contacts.phone.value]);
  });

  it('is nobody when the code, or the current password, was wrong', async () => {
    const session = await desk.logIn();
    await desk.sendReset('email');
    const wrong = desk.services.passwords.reset(desk.org, desk.contacts.email, '99999999', NEW_PASSWORD);
    await expectCode(wrong, 'invalid_code');
    await expectCode(desk.changePassword(session, 'wrong one'), 'invalid_credentials');
    await desk.sweep();
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal([]);
  });

  it('is told once of a reset that was asked for 50 times at once', async () => {
    await desk.sendReset('email');
    await Promise.allSettled(times(50, () => desk.reset()));
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal(desk.both);
  });

  /** Of every call that a change makes to the ports behind it, one after the other. */
  it('is told once, by the request or by the sweep, wherever the process dies after the change', async () => {
    const whole = await callsOfChange();
    const changed = whole.indexOf('identities.setPassword');
    expect(changed).to.be.greaterThan(-1);
    const ending = ['challenges.clear', 'challenges.clear', 'sessions.revokeAll'];
    const telling = ['queue.enqueue', 'revocations.remove'];
    expect(whole.slice(changed)).to.deep.equal(['identities.setPassword', ...ending, ...telling]);
    const deaths = whole.flatMap((_, call) => (['before', 'after'] as const).map((mode) => ({ call, mode })));
    for (const { call, mode } of deaths.filter((one) => isAfter(one, changed))) {
      const other = await changeAndDie(call, mode);
      await other.sweep();
      await other.work();
      await other.sweep();
      await other.work();
      expect(other.told('password_changed'), `${mode} ${whole[call]}`).to.deep.equal(other.both);
    }
  });

  const isAfter = ({ call, mode }: { call: number; mode: FaultMode }, changed: number) =>
    call > changed || (call === changed && mode === 'after');

  async function callsOfChange(): Promise<string[]> {
    const session = await desk.logIn();
    desk.faults.clear();
    await desk.changePassword(session);
    return [...desk.faults.calls];
  }

  async function changeAndDie(call: number, mode: FaultMode): Promise<NoticeDesk> {
    const other = await NoticeDesk.open();
    await other.verify('email', 'phone');
    const session = await other.logIn();
    other.faults.killAt(call, mode);
    await other.changePassword(session).catch(() => {});
    other.faults.clear();
    return other;
  }

  describe('when Identity Platform does not say whether it was', () => {
    const change = async (error: Error, mode: 'made' | 'not made') => {
      const session = await desk.logIn();
      const { identities } = desk.memory;
      const set = identities.setPassword.bind(identities);
      identities.setPassword = async (...args) => {
        if (mode === 'made') await set(...args);
        throw error;
      };
      await desk.changePassword(session).catch(() => {});
      await desk.sweep();
      await desk.work();
    };

    for (const cause of [new DeadlineExceededError('setPassword'), new Error('ECONNRESET'), undefined])
      it(`is every verified address, though the answer is lost: ${cause?.message ?? 'without a cause'}`, async () => {
        await change(new UnavailableError(cause), 'made');
        expect(desk.told('password_changed')).to.deep.equal(desk.both);
      });

    it('is nobody where it was not even asked, or has refused', async () => {
      await change(new UnavailableError(new BreakerOpenError('identity-platform')), 'not made');
      await change(new NotFoundError(), 'not made');
      expect(desk.told('password_changed')).to.deep.equal([]);
    });
  });

  it('is told by the sweep where the queue is down, and the change stands', async () => {
    const session = await desk.logIn();
    desk.isQueueDown = true;
    await desk.changePassword(session);
    desk.isQueueDown = false;
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal([]);
    await desk.sweep();
    await desk.work();
    expect(desk.told('password_changed')).to.deep.equal(desk.both);
    await desk.services.sessions.authenticate(desk.org, session);
    await desk.logIn(null, 'email', NEW_PASSWORD);
  });
});

describe('Who is told of a new device', () => {
  let desk: NoticeDesk;

  beforeEach(async () => {
    desk = await NoticeDesk.open();
    await desk.verify('email', 'phone');
  });

  it('is every verified address, when a user logs in from a client that was never used before', async () => {
    await desk.logIn(CHROME);
    await desk.work();
    expect(desk.told('new_device'), 'the first of all').to.deep.equal([]);
    await desk.logIn(FIREFOX);
    await desk.work();
    expect(desk.told('new_device')).to.deep.equal(desk.both);
    await desk.logIn(FIREFOX);
    await desk.logIn(CHROME);
    await desk.work();
    expect(desk.told('new_device')).to.have.length(2);
  });

  it('is nobody after an update of the same browser, or where the partner names no client', async () => {
    await desk.logIn(CHROME);
    await desk.logIn(CHROME.replace('126.0.0.0', '131.0.6778.33'));
    await desk.logIn(null);
    await desk.work();
    expect(desk.told('new_device')).to.deep.equal([]);
  });

  it('is nobody when the code was wrong', async () => {
    await desk.logIn(CHROME);
    await desk.start('email');
    const client = { address: null, agent: FIREFOX };
    const wrong = desk.services.login.finish(desk.org, desk.contacts.email, '99999999', {
      client,
      attempt: freshAttempt(),
    });
    await expectCode(wrong, 'invalid_code');
    await desk.work();
    expect(desk.told('new_device')).to.deep.equal([]);
  });

  it('is told by the sweep where the queue is down, and the login stands', async () => {
    await desk.logIn(CHROME);
    desk.isQueueDown = true;
    const session = await desk.logIn(FIREFOX);
    desk.isQueueDown = false;
    await desk.services.sessions.authenticate(desk.org, session);
    await desk.sweep();
    await desk.work();
    expect(desk.told('new_device')).to.deep.equal(desk.both);
    await desk.services.sessions.authenticate(desk.org, session);
  });

  for (const error of [new UnavailableError(), new RequestInProgressError()])
    it(`does not keep a login from standing when writing that down fails too: ${error.code}`, async () => {
      await desk.logIn(CHROME);
      desk.isQueueDown = true;
      failAtOnce(desk.memory.revocations, 'add', error);
      const session = await desk.logIn(FIREFOX);
      await desk.services.sessions.authenticate(desk.org, session);
    });
});
