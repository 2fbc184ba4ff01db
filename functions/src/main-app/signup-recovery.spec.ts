import { expect } from 'chai';
import { times } from '../../test/support/describe-contract.js';
import type { FaultMode } from '../../test/support/fault-plan.js';
import { checkedSignup, MainAppDesk } from '../../test/support/main-app-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../identity/pool.js';
import { REGISTRATION_LEASE_MS } from '../users/registration-policy.js';
import { userId } from '../users/user-id.js';
import type { Signup } from './signup-service.js';

/** What a sign-up calls, in order, when all goes well. */
const STEPS = ['reservations.reserve', 'identities.create', 'profiles.create', 'sessions.open'] as const;
const [RESERVED, CREATED, WRITTEN] = [0, 1, 2];
const MODES: readonly FaultMode[] = ['before', 'after'];

describe('SignupService, a sign-up', () => {
  let desk: MainAppDesk;
  let ada: Signup;
  beforeEach(() => {
    desk = new MainAppDesk();
    ada = checkedSignup();
  });

  /** As an instance that is killed at a step: nothing of the request happens after it. */
  async function dieAt(step: number, mode: FaultMode, attempt = freshAttempt(), of = desk, signup = ada) {
    of.faults.killAt(step, mode);
    await expectCode(of.signUp(signup, attempt), 'unavailable');
    of.faults.clear();
  }

  /** One account, whose password is the request's, with its names, and nothing reserved. */
  async function expectWhole(of = desk, signup = ada): Promise<void> {
    const owner = await of.memory.identities.findByContact(MAIN_POOL, signup.email);
    const profile = owner === null ? undefined : of.memory.profiles.stored.get(owner.uid);
    expect([await of.knows(signup), profile?.first_name]).to.deep.equal([true, signup.first_name]);
    expect(await of.reserved(signup.email)).to.deep.equal([]);
  }

  it('calls what it calls', async () => {
    await desk.signUp(ada);
    expect(desk.faults.calls).to.deep.equal(STEPS);
  });

  describe('failing at a step, then tried again', () => {
    for (const [step, call] of STEPS.entries())
      for (const mode of MODES) {
        it(`${mode} ${call}: the same request finishes it, or finds that there is such a user`, async () => {
          await dieAt(step, mode);
          const isThere = step > WRITTEN || (step === WRITTEN && mode === 'after');
          if (isThere) await expectCode(desk.signUp(ada), 'already_exists');
          else await desk.authenticate((await desk.signUp(ada)).token.token);
          await expectWhole();
          await expectCode(desk.signUp(ada), 'already_exists');
        });

        it(`${mode} ${call}: a second try under the same key has the same user, and a session`, async () => {
          const attempt = freshAttempt();
          await dieAt(step, mode, attempt);
          const [one, other] = [
            await desk.signUp(ada, { ...attempt, resumed: true }),
            await desk.signUp(ada, { ...attempt, resumed: true }),
          ];
          expect([one.user.uid, other.user.uid]).to.deep.equal(times(2, () => userId.of(attempt.seed)));
          const [first, second] = await Promise.all([one, other].map(({ token }) => desk.authenticate(token.token)));
          expect(first?.session).to.deep.equal(second?.session);
          await expectWhole();
        });
      }

    for (const step of [CREATED, WRITTEN])
      it(`after ${STEPS[step]}: opens no session once the account has another password`, async () => {
        const attempt = freshAttempt();
        await dieAt(step, 'after', attempt);
        await desk.memory.identities.setPassword(MAIN_POOL, userId.of(attempt.seed), 'another password');
        await expectCode(desk.signUp(ada, { ...attempt, resumed: true }), 'invalid_credentials');
        expect(await desk.memory.sessions.revokeAll(MAIN_POOL, userId.of(attempt.seed), new Date(0))).to.equal(0);
      });

    it('at any two steps, one after the other', async () => {
      for (let first = 0; first <= WRITTEN; first += 1)
        for (let second = 0; second < STEPS.length + 3; second += 1)
          for (const [one, two] of MODES.flatMap((mode) => MODES.map((other) => [mode, other] as const))) {
            const [fresh, signup] = [new MainAppDesk(), checkedSignup()];
            await dieAt(first, one, freshAttempt(), fresh, signup);
            fresh.faults.killAt(second, two);
            await fresh.signUp(signup).catch(() => {});
            fresh.faults.clear();
            await fresh.signUp(signup).catch(() => {});
            await expectWhole(fresh, signup);
          }
    });
  });

  describe('left behind by an instance that died', () => {
    it(`after ${STEPS[RESERVED]}: another request waits for the lease, then has the email`, async () => {
      await dieAt(RESERVED, 'after');
      const other = checkedSignup({ email: ada.email });
      desk.clock.advance(REGISTRATION_LEASE_MS - 1);
      await expectCode(desk.signUp(other), 'already_exists');
      desk.clock.advance(1);
      await desk.signUp(other);
      await expectWhole(desk, other);
    });

    it(`after ${STEPS[RESERVED]}: the sweep frees the email once the lease is over, not before`, async () => {
      await dieAt(RESERVED, 'after');
      desk.clock.advance(REGISTRATION_LEASE_MS - 1);
      expect((await desk.sweep()).registrations).to.include({ done: 0, failed: 0 });
      expect(await desk.reserved(ada.email)).to.have.length(1);
      desk.clock.advance(1);
      expect((await desk.sweep()).registrations).to.include({ done: 1, failed: 0 });
      expect(await desk.reserved(ada.email)).to.deep.equal([]);
      await desk.signUp(checkedSignup({ email: ada.email }));
    });

    /** An account without names is one that the client SDK could have made, and may be in use. */
    describe(`after ${STEPS[CREATED]}: the account stays, with its password,`, () => {
      beforeEach(async () => {
        await dieAt(CREATED, 'after');
        desk.clock.advance(REGISTRATION_LEASE_MS);
      });
      const expectAccount = async () => {
        expect(await desk.knows(ada)).to.equal(true);
        expect(await desk.reserved(ada.email)).to.deep.equal([]);
      };

      it('whoever else asks for its email', async () => {
        await expectCode(desk.signUp(checkedSignup({ email: ada.email })), 'already_exists');
        await expectAccount();
      });

      it('when the sweep clears up after it', async () => {
        expect((await desk.sweep()).registrations).to.include({ done: 1, failed: 0 });
        await expectAccount();
        await expectCode(desk.signUp(ada), 'already_exists');
        await expectAccount();
      });

      it('and is finished by the same request, though its lease is over', async () => {
        await desk.signUp(ada);
        await expectWhole();
      });
    });

    it('and swept away is finished by a second try under the same key, under the same uid', async () => {
      const attempt = freshAttempt();
      await dieAt(CREATED, 'after', attempt);
      desk.clock.advance(REGISTRATION_LEASE_MS);
      await desk.sweep();
      const { user } = await desk.signUp(ada, { ...attempt, resumed: true });
      expect(user.uid).to.equal(userId.of(attempt.seed));
      await expectWhole();
    });
  });

  describe('held up past its lease', () => {
    for (const step of [CREATED, WRITTEN])
      it(`before ${STEPS[step]}: swept away meanwhile, it writes no names and deletes no account`, async () => {
        desk.faults.interruptAt(step, async () => {
          desk.clock.advance(REGISTRATION_LEASE_MS);
          await desk.sweep();
        });
        await expectCode(desk.signUp(ada), 'already_exists');
        const owner = await desk.memory.identities.findByContact(MAIN_POOL, ada.email);
        expect(owner && (await desk.memory.profiles.exists(owner.uid))).to.equal(false);
        expect(await desk.knows(ada)).to.equal(true);
      });

    it('takes nothing from whoever has signed up with its email by then', async () => {
      const other = checkedSignup({ email: ada.email });
      desk.faults.interruptAt(CREATED, async () => {
        desk.clock.advance(REGISTRATION_LEASE_MS);
        await desk.signUp(other);
      });
      await expectCode(desk.signUp(ada), 'already_exists');
      await expectWhole(desk, other);
    });
  });
});
