import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { MODES, Registry, STEPS } from '../../test/support/registry.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../identity/pool.js';
import { REGISTRATION_LEASE_MS } from './registration-policy.js';
import type { Registration } from './registration-service.js';
import { userId } from './user-id.js';

describe('RegistrationService, a registration', () => {
  let registry: Registry;
  let ada: Registration;
  beforeEach(() => {
    registry = new Registry();
    ada = checkedRegistration();
  });

  /** faults 38 to 41. */
  describe('failing at a step, then tried again', () => {
    for (const [step, call] of STEPS.entries())
      for (const mode of MODES)
        it(`${mode} ${call}: the same request finishes it`, async () => {
          await registry.failAt(step, mode, ada);
          // Only where the profile was written already is there a user, and the answer is that there is.
          if (call === 'users.create' && mode === 'after') await expectCode(registry.register(ada), 'already_exists');
          else await registry.register(ada);
          await registry.expectWhole(ada);
          await expectCode(registry.register(ada), 'already_exists');
        });

    it('at any two steps, one after the other', async () => {
      for (let first = 0; first < STEPS.length; first += 1)
        for (let second = 0; second < STEPS.length + 3; second += 1)
          for (const [one, two] of [
            ['before', 'before'],
            ['before', 'after'],
            ['after', 'before'],
            ['after', 'after'],
          ] as const) {
            const [fresh, request] = [new Registry(), checkedRegistration()];
            await fresh.failAt(first, one, request);
            fresh.faults.killAt(second, two);
            await fresh.register(request).catch(() => {});
            fresh.faults.clear();
            await fresh.register(request).catch(() => {});
            await fresh.expectWhole(request);
          }
    });
  });

  describe('left behind by an instance that died', () => {
    const REACHED = [0, 1, 2, 3] as const;
    for (const step of REACHED) {
      const call = STEPS[step];
      it(`after ${call}: a different request waits for the lease, then has the contacts`, async () => {
        await registry.failAt(step, step === 3 ? 'before' : 'after', ada);
        const other = checkedRegistration({ email: ada.email, phone: ada.phone });
        registry.clock.advance(REGISTRATION_LEASE_MS - 1);
        await expectCode(registry.register(other), 'already_exists');
        registry.clock.advance(1);
        await registry.register(other);
        await registry.expectWhole(other);
      });

      it(`after ${call}: a request for one of the contacts frees the other too`, async () => {
        await registry.failAt(step, step === 3 ? 'before' : 'after', ada);
        registry.clock.advance(REGISTRATION_LEASE_MS);
        const byEmail = checkedRegistration({ email: ada.email });
        await registry.register(byEmail);
        await registry.expectWhole(byEmail);
        expect((await registry.traces(ada)).states, 'the address alone').to.have.length(1);
        await registry.register(checkedRegistration({ phone: ada.phone }));
      });
    }

    it('of two dead registrations, one a contact each, clears both away', async () => {
      const [one, two] = [checkedRegistration(), checkedRegistration()];
      for (const dead of [one, two]) await registry.failAt(3, 'before', dead);
      registry.clock.advance(REGISTRATION_LEASE_MS);
      const mixed = checkedRegistration({ email: one.email, phone: two.phone });
      await registry.register(mixed);
      await registry.expectWhole(mixed);
    });

    it('is cleared away in the end, wherever clearing it away dies as well', async () => {
      for (let step = 0; step < 10; step += 1)
        for (const mode of MODES) {
          const [fresh, dead] = [new Registry(), checkedRegistration()];
          await fresh.failAt(3, 'before', dead);
          fresh.clock.advance(REGISTRATION_LEASE_MS);
          const next = checkedRegistration({ email: dead.email });
          fresh.faults.killAt(step, mode);
          await expectCode(fresh.register(next), 'unavailable');
          fresh.faults.clear();
          fresh.clock.advance(REGISTRATION_LEASE_MS);
          await fresh.register(next).catch(() => {});
          await fresh.expectWhole(next);
          await fresh.register(checkedRegistration({ phone: dead.phone }));
        }
    });

    it('is not cleared away while it is being finished', async () => {
      await registry.failAt(3, 'before', ada);
      registry.clock.advance(REGISTRATION_LEASE_MS - 1);
      await registry.failAt(5, 'before', ada);
      registry.clock.advance(2);
      const other = checkedRegistration({ email: ada.email });
      await expectCode(registry.register(other), 'already_exists');
      await registry.register(ada);
      await registry.expectWhole(ada);
    });

    it('never takes a user along who has the contacts', async () => {
      await registry.register(ada);
      registry.clock.advance(10 * REGISTRATION_LEASE_MS);
      await expectCode(
        registry.register(checkedRegistration({ email: ada.email, phone: ada.phone })),
        'already_exists',
      );
      await registry.expectWhole(ada);
    });

    it('leaves no identity behind when the main app has the contact by now', async () => {
      await registry.failAt(3, 'before', ada);
      const main = { uid: userId.generate(), email: ada.email.value, password: 'x' };
      await registry.ports.identities.create(MAIN_POOL, main);
      await expectCode(registry.register(ada), 'belongs_to_main_app');
      await registry.expectNothing(ada);
    });
  });
});
