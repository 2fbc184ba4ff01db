import { expect } from 'chai';
import { NEW_PASSWORD, NoticeDesk } from '../../test/support/notice-desk.js';
import { MODES } from '../../test/support/registry.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { BreakerOpenError } from '../lib/backend.js';

const CHANGE = 'identities.setPassword';

describe('A change of a password', () => {
  let desk: NoticeDesk;
  let session: string;

  async function begin(): Promise<void> {
    desk = await NoticeDesk.open();
    await desk.verify('email', 'phone');
    session = await desk.logIn();
  }
  beforeEach(begin);

  /** The calls that such a change makes until it is made, on a desk of its own. */
  async function callsUntilChange(): Promise<string[]> {
    const other = await NoticeDesk.open();
    const token = await other.logIn();
    other.faults.clear();
    await other.changePassword(token);
    return other.faults.calls.slice(0, other.faults.calls.indexOf(CHANGE));
  }

  async function settle(): Promise<void> {
    for (const _ of times(2, String)) {
      await desk.sweep();
      await desk.work();
    }
  }

  /** One more session, while those before it live. */
  async function another(password = desk.ada.password): Promise<string> {
    await desk.start('email', password);
    return (await desk.finish('email')).token.token;
  }

  const told = () => desk.told('password_changed');

  async function expectUntold(fail: () => void, outage: string): Promise<void> {
    for (const _ of times(3, String)) {
      fail();
      await expectCode(desk.changePassword(session), 'unavailable');
    }
    await settle();
    expect(told(), outage).to.deep.equal([]);
  }

  it('that an outage has kept from being made, three times, is told to nobody', async () => {
    for (const [call, name] of (await callsUntilChange()).entries())
      for (const mode of MODES) {
        await begin();
        await expectUntold(() => desk.faults.failCalls({ [call]: mode }), `${mode} ${name}`);
      }
  });

  it('is told once, when it is made right after an outage has kept three from being made', async () => {
    const { identities } = desk.memory;
    const set = identities.setPassword.bind(identities);
    identities.setPassword = () => Promise.reject(new UnavailableError(new BreakerOpenError('identity-platform')));
    await expectUntold(() => {}, 'breaker');
    identities.setPassword = set;
    await desk.changePassword(session);
    await desk.work();
    expect(told(), 'at once').to.deep.equal(desk.both);
    await settle();
    expect(told()).to.deep.equal(desk.both);
  });

  it('that died while the queue is down ends sessions once more, and is told once', async () => {
    const { length: call } = await callsUntilChange();
    const older = await another();
    desk.faults.killAt(call, 'after');
    desk.isQueueDown = true;
    await expectCode(desk.changePassword(session), 'unavailable');
    desk.faults.clear();
    await desk.sweep();
    expect(desk.faults.calls.filter((name) => name === 'sessions.revokeAll')).to.have.length(1);
    await expectCode(desk.services.sessions.authenticate(desk.org, older), 'invalid_session');
    const newer = await another(NEW_PASSWORD);
    desk.faults.clear();
    for (const _ of times(3, String)) await desk.sweep();
    desk.isQueueDown = false;
    await settle();
    expect(desk.faults.calls).not.to.include('sessions.revokeAll');
    for (const live of [session, newer]) await desk.services.sessions.authenticate(desk.org, live);
    expect(told()).to.deep.equal(desk.both);
  });
});
