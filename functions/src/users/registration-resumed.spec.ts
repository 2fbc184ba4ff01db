import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { MODES, Registry, STEPS } from '../../test/support/registry.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { RegistrationClaims } from './registration-claims.js';
import { REGISTRATION_LEASE_MS } from './registration-policy.js';
import type { Registration } from './registration-service.js';
import { userId } from './user-id.js';

/** What an `Idempotency-Key` adds: the tries of a request know one another. */
describe('RegistrationService, a second try of the same request', () => {
  let registry: Registry;
  let ada: Registration;
  const first = freshAttempt();
  const again = { ...first, resumed: true };
  const uid = userId.of(first.seed);
  beforeEach(() => {
    registry = new Registry();
    ada = checkedRegistration();
  });
  const register = (registration: Registration, attempt = first) =>
    registry.service.register(registry.pool, registration, attempt);

  async function dieAt(step: number, mode: (typeof MODES)[number], attempt = first): Promise<void> {
    registry.faults.killAt(step, mode);
    await expectCode(register(ada, attempt), 'unavailable');
    registry.faults.clear();
  }

  it('makes the user under the uid that follows from the seed', async () => {
    expect((await register(ada)).uid).to.equal(uid);
    expect((await register(checkedRegistration(), freshAttempt())).uid).not.to.equal(uid);
  });

  it('answers what the first had finished, in one read', async () => {
    const user = await register(ada);
    registry.faults.clear();
    expect(await register(ada, again)).to.deep.equal(user);
    expect(registry.faults.calls).to.deep.equal(['users.find']);
    await registry.expectWhole(ada);
  });

  for (const [step, call] of STEPS.entries())
    for (const mode of MODES)
      it(`finishes it when the first died ${mode} ${call}, and again when its own answer is lost`, async () => {
        await dieAt(step, mode);
        const user = await register(ada, again);
        expect(user.uid).to.equal(uid);
        expect(await register(ada, again)).to.deep.equal(user);
        await registry.expectWhole(ada);
      });

  it('makes it under the same uid after the first was undone', async () => {
    await dieAt(3, 'before');
    registry.clock.advance(REGISTRATION_LEASE_MS);
    const claims = new RegistrationClaims({ ...registry.ports, clock: registry.clock });
    const [dead] = await registry.ports.reservations.findAbandoned(new Date(registry.clock.now()), 1);
    expect(dead && (await claims.undo(dead))).to.equal(true);
    await registry.expectNothing(ada);
    expect((await register(ada, again)).uid).to.equal(uid);
    await registry.expectWhole(ada);
  });

  it('is refused when another request has the contacts by then', async () => {
    await dieAt(3, 'before');
    registry.clock.advance(REGISTRATION_LEASE_MS);
    const other = checkedRegistration({ email: ada.email, phone: ada.phone });
    await registry.register(other);
    await expectCode(register(ada, again), 'already_exists');
    await registry.expectWhole(other);
  });

  it('answers the user whom the same request made without it', async () => {
    await dieAt(2, 'after');
    const user = await registry.register(ada);
    expect(user.uid).to.equal(uid);
    expect(await register(ada, again)).to.deep.equal(user);
  });

  /** docs/adr/0016-idempotency.md */
  it('is refused when the first had finished what a request without it began, under another uid', async () => {
    await registry.failAt(2, 'after', ada);
    expect((await register(ada)).uid).not.to.equal(uid);
    await expectCode(register(ada, again), 'already_exists');
    await registry.expectWhole(ada);
  });

  it('never answers a user with another contact', async () => {
    await register(ada);
    for (const change of [{ email: checkedRegistration().email }, { phone: checkedRegistration().phone }])
      await expectCode(register({ ...ada, ...change }, again), 'already_exists');
    await registry.expectWhole(ada);
  });

  it('looks for nobody at a first try', async () => {
    await register(ada);
    await expectCode(register(ada), 'already_exists');
  });
});
