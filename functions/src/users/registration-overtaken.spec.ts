import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { Registry, STEPS } from '../../test/support/registry.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { RegistrationClaims } from './registration-claims.js';
import { REGISTRATION_LEASE_MS } from './registration-policy.js';
import type { Registration } from './registration-service.js';

/** As happens to a process that gets no CPU for a minute. */
describe('RegistrationService, a registration held up past its lease (R-02)', () => {
  let registry: Registry;
  let ada: Registration;
  beforeEach(() => {
    registry = new Registry();
    ada = checkedRegistration();
  });

  /** What the sweep does. */
  async function undoAll(): Promise<void> {
    const { reservations } = registry.ports;
    const claims = new RegistrationClaims({ ...registry.ports, clock: registry.clock });
    const dead = await reservations.findAbandoned(new Date(registry.clock.now()), 100);
    expect(dead).to.have.length(2);
    for (const [index, one] of dead.entries()) expect(await claims.undo(one)).to.equal(index === 0);
  }

  for (const step of [1, 2, 3]) {
    const heldUp = async (meanwhile: () => Promise<unknown>) => {
      registry.faults.interruptAt(step, async () => {
        registry.clock.advance(REGISTRATION_LEASE_MS);
        await meanwhile();
      });
      await expectCode(registry.register(ada), 'already_exists');
      registry.faults.clear();
    };

    it(`before ${STEPS[step]}: undone meanwhile, it can't complete and leaves nothing behind`, async () => {
      await heldUp(undoAll);
      await registry.expectNothing(ada);
      await registry.register(ada);
      await registry.expectWhole(ada);
    });

    it(`before ${STEPS[step]}: it takes nothing from whoever has its contacts by then`, async () => {
      const other = checkedRegistration({ email: ada.email, phone: ada.phone });
      await heldUp(() => registry.register(other));
      await registry.expectWhole(other);
    });

    it(`before ${STEPS[step]}: it undoes nothing of the same request that took over`, async () => {
      await heldUp(() => registry.register(ada));
      await registry.expectWhole(ada);
    });
  }

  it('just taken over to be undone, it can’t write the profile of an identity that is being deleted', async () => {
    registry.faults.interruptAt(3, async () => {
      registry.clock.advance(REGISTRATION_LEASE_MS);
      const found = await registry.ports.reservations.findAbandoned(new Date(registry.clock.now()), 100);
      await registry.ports.reservations.renew(found, new Date(registry.clock.now() + REGISTRATION_LEASE_MS));
    });
    await expectCode(registry.register(ada), 'already_exists');
    expect((await registry.traces(ada)).profile).to.equal(null);
  });
});
