import { expect } from 'chai';
import { times } from '../../test/support/describe-contract.js';
import { checkedPhone, MainAppDesk } from '../../test/support/main-app-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { InvalidCodeError } from '../errors/gatehouse-error.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../identity/pool.js';
import { REGISTRATION_LEASE_MS } from '../users/registration-policy.js';
import type { AccountCaller } from './account-sessions.js';

/** What giving a first number calls, in order. */
const STEPS = ['reservations.reserve', 'identities.setPhone', 'reservations.release'] as const;
const [, SETTING, RELEASING] = [0, 1, 2];
const PROVEN = async () => {};

describe('PhoneOwnership', () => {
  let desk: MainAppDesk;
  let ada: AccountCaller;
  let eve: AccountCaller;
  const phone = checkedPhone();
  beforeEach(async () => {
    desk = new MainAppDesk();
    [ada, eve] = [await desk.enroll(), await desk.enroll()];
    desk.faults.clear();
  });

  const give = (to: AccountCaller, useUp: () => Promise<void> = PROVEN, number = phone) =>
    desk.phones.give(to, number, { useUp, eventId: freshAttempt().seed, locale: 'en' });
  const phoneOf = async ({ user }: AccountCaller) => (await desk.identity(user.uid))?.phone ?? null;
  /** The caller as a later request of the same session knows it. */
  const again = async ({ session, user }: AccountCaller): Promise<AccountCaller> =>
    desk.authenticate((await desk.services.sessions.renew(session, MAIN_POOL, user, [])).token);
  const isLive = async (caller: AccountCaller) =>
    again(caller).then(
      () => true,
      () => false,
    );

  it('gives a number that was proved, and keeps no reservation', async () => {
    await give(ada);
    expect([await phoneOf(ada), await desk.reserved(phone)]).to.deep.equal([phone.value, []]);
    expect(desk.faults.calls.filter((call) => call !== 'identities.find')).to.deep.equal(STEPS);
  });

  it('gives none that was not proved', async () => {
    const prove = () => Promise.reject(new InvalidCodeError());
    await expectCode(give(ada, prove), 'invalid_code');
    expect([await phoneOf(ada), await desk.reserved(phone)]).to.deep.equal([null, []]);
    await give(eve);
  });

  it('takes none from whoever has it', async () => {
    await give(ada);
    await expectCode(give(eve), 'already_exists');
    expect([await phoneOf(ada), await phoneOf(eve)]).to.deep.equal([phone.value, null]);
    expect(await desk.reserved(phone)).to.deep.equal([]);
  });

  it('has one winner of 20 who have proved one number at once', async () => {
    const callers = await Promise.all(times(20, () => desk.enroll()));
    let proofs = 0;
    const prove = async () => {
      proofs += 1;
    };
    const results = await Promise.allSettled(callers.map((caller) => give(caller, prove)));
    const won = callers.filter((_, index) => results[index]?.status === 'fulfilled');
    expect([won.length, proofs], 'the proof of the others is not used up').to.deep.equal([1, 1]);
    const owners = await Promise.all(callers.map(phoneOf));
    expect(owners.filter((one) => one === phone.value)).to.have.length(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).to.have.property('code', 'request_in_progress');
    expect(await desk.reserved(phone)).to.deep.equal([]);
  });

  it('lets one request of the same user at it at a time', async () => {
    let proofs = 0;
    const prove = async () => {
      proofs += 1;
    };
    const results = await Promise.allSettled(times(20, () => give(ada, prove)));
    expect([results.filter(({ status }) => status === 'fulfilled').length, proofs]).to.deep.equal([1, 1]);
    expect(await phoneOf(ada)).to.equal(phone.value);
  });

  it('gives several numbers at once, each to its own', async () => {
    const numbers = times(10, checkedPhone);
    const callers = await Promise.all(times(10, () => desk.enroll()));
    await Promise.all(callers.map((caller, index) => give(caller, PROVEN, numbers[index])));
    expect(await Promise.all(callers.map(phoneOf))).to.deep.equal(numbers.map(({ value }) => value));
  });

  it('has no session for a user who was deleted meanwhile', async () => {
    const prove = () => desk.memory.identities.delete(MAIN_POOL, ada.user.uid);
    await expectCode(give(ada, prove), 'invalid_session');
    await give(eve);
  });

  describe('tells of the change, and ends what may be somebody else’s:', () => {
    let other: AccountCaller;
    beforeEach(async () => {
      await desk.memory.identities.markEmailVerified(MAIN_POOL, ada.user.uid);
      const by = { client: { address: null, agent: null }, attempt: freshAttempt() };
      const opening = desk.services.accountSessions.open(ada.user, new Date(desk.clock.now()), by);
      other = await desk.authenticate((await opening).token);
    });
    const told = async () => (await desk.work()).sort();

    it('nothing with a first number', async () => {
      await give(ada);
      expect([await isLive(ada), await isLive(other)]).to.deep.equal([true, true]);
      expect(await told()).to.deep.equal([phone.value, ada.user.email].sort());
    });

    it('the user’s other sessions with a number in place of another', async () => {
      await give(ada);
      await told();
      const second = checkedPhone();
      await give(await again(ada), PROVEN, second);
      expect([await isLive(ada), await isLive(other), await isLive(eve)]).to.deep.equal([true, false, true]);
      const ofFirst = [ada.user.email, phone.value];
      const ofSecond = [ada.user.email, phone.value, second.value];
      expect(await told(), 'whoever has the old number, too').to.deep.equal([...ofFirst, ...ofSecond].sort());
    });

    it('nothing for a number that somebody else has', async () => {
      const taken = checkedPhone();
      await give(eve, PROVEN, taken);
      await give(ada);
      const before = await told();
      await expectCode(give(await again(ada), PROVEN, taken), 'already_exists');
      expect([await isLive(ada), await isLive(other), await phoneOf(ada)]).to.deep.equal([true, true, phone.value]);
      expect(await told()).to.deep.equal(before);
    });

    it('nothing with the number that the user has: nobody is told either', async () => {
      await give(ada);
      const before = await told();
      let isProved = false;
      await give(await again(ada), async () => {
        isProved = true;
      });
      expect([await isLive(other), isProved]).to.deep.equal([true, true]);
      expect(await told()).to.deep.equal(before);
    });
  });

  describe('when something fails', () => {
    it('before the number is set, it is free again, for whoever is next', async () => {
      desk.faults.failCalls({ [SETTING]: 'before' });
      await expectCode(give(ada), 'unavailable');
      desk.faults.clear();
      expect([await phoneOf(ada), await desk.reserved(phone)]).to.deep.equal([null, []]);
      await give(eve);
      expect(await phoneOf(eve)).to.equal(phone.value);
    });

    it('after the number is set, it is the user’s, and proving it once more says so', async () => {
      desk.faults.failCalls({ [SETTING]: 'after' });
      await expectCode(give(ada), 'unavailable');
      desk.faults.clear();
      expect([await phoneOf(ada), await desk.reserved(phone)]).to.deep.equal([phone.value, []]);
      await expectCode(give(eve), 'already_exists');
      await give(await again(ada));
    });

    it('only in letting go of it, the number is given all the same', async () => {
      desk.faults.failCalls({ [RELEASING]: 'before' });
      await give(ada);
      desk.faults.clear();
      expect(await phoneOf(ada)).to.equal(phone.value);
      expect(await desk.reserved(phone)).to.have.length(1);
    });
  });

  describe('left behind by an instance that died', () => {
    beforeEach(async () => {
      desk.faults.killAt(SETTING, 'before');
      await expectCode(give(ada), 'unavailable');
      desk.faults.clear();
      expect(await desk.reserved(phone)).to.have.length(1);
    });

    it('keeps the number from everybody for its lease, and not longer', async () => {
      desk.clock.advance(REGISTRATION_LEASE_MS - 1);
      for (const caller of [ada, eve]) await expectCode(give(caller), 'request_in_progress');
      desk.clock.advance(1);
      await give(eve);
      expect([await phoneOf(eve), await desk.reserved(phone)]).to.deep.equal([phone.value, []]);
    });

    it('is swept away, and its user stays', async () => {
      desk.clock.advance(REGISTRATION_LEASE_MS);
      expect((await desk.sweep()).registrations).to.include({ done: 1, failed: 0 });
      expect(await desk.reserved(phone)).to.deep.equal([]);
      expect(await desk.identity(ada.user.uid)).not.to.equal(null);
      await give(ada);
    });
  });

  it('held up past its lease, it takes nothing from whoever has the number by then', async () => {
    const prove = async () => {
      desk.clock.advance(REGISTRATION_LEASE_MS);
      await give(eve);
    };
    await expectCode(give(ada, prove), 'already_exists');
    expect([await phoneOf(ada), await phoneOf(eve)]).to.deep.equal([null, phone.value]);
  });
});
