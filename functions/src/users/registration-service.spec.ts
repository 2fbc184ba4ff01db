import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { Registry, STEPS } from '../../test/support/registry.js';
import { expectCode, INDEX_KEY, newPool } from '../../test/support/unit-fixtures.js';
import { InvalidRequestError } from '../errors/gatehouse-error.js';
import { MAIN_POOL } from '../identity/pool.js';
import type { Registration } from './registration-service.js';
import { reservationKey } from './reservation-key.js';
import { userId } from './user-id.js';

describe('RegistrationService', () => {
  let registry: Registry;
  let ada: Registration;
  beforeEach(() => {
    registry = new Registry();
    ada = checkedRegistration();
  });

  it('registers in four calls', async () => {
    const user = await registry.register(ada);
    expect(registry.faults.calls).to.deep.equal(STEPS);
    expect(user).to.include({ email: ada.email.value, phone_number: ada.phone.value, status: 'active', role: 'user' });
    expect(userId.is(user.uid)).to.equal(true);
    expect(await registry.ports.users.find(registry.pool, user.uid)).to.deep.equal(user);
    await registry.expectWhole(ada);
  });

  /** D-01. */
  it('stores ssn and date of birth sealed in their places, and the password not at all', async () => {
    const { uid, ...user } = await registry.register(ada);
    for (const secret of [ada.ssn, '1990-12-10', ada.password]) expect(JSON.stringify(user)).not.to.include(secret);
    const place = (field: string) => ({ poolId: registry.pool.id, uid, field });
    expect(registry.cipher.decrypt(place('ssn'), user.ssn)).to.equal(ada.ssn);
    expect(registry.cipher.decrypt(place('date_of_birth'), user.date_of_birth ?? '')).to.equal('1990-12-10');
    expect(() => registry.cipher.decrypt(place('date_of_birth'), user.ssn)).to.throw();
  });

  it('keeps a missing date of birth missing', async () => {
    expect((await registry.register({ ...ada, date_of_birth: null })).date_of_birth).to.equal(null);
  });

  it('puts no contact and nothing of the request in reservations', async () => {
    await registry.failAt(2, 'before', ada);
    const keys = [ada.email, ada.phone].map((contact) => reservationKey(INDEX_KEY, registry.pool, contact));
    const dump = JSON.stringify(await registry.ports.reservations.find(keys));
    expect(dump).to.include('reserved');
    for (const secret of [ada.email.value, ada.phone.value, ada.ssn, ada.password]) expect(dump).not.to.include(secret);
  });

  it('keeps no fingerprint of the request once it is through', async () => {
    await registry.register(ada);
    const keys = [ada.email, ada.phone].map((contact) => reservationKey(INDEX_KEY, registry.pool, contact));
    const found = await registry.ports.reservations.find(keys);
    expect(found.map(({ state, fingerprint }) => [state, fingerprint])).to.deep.equal([
      ['held', null],
      ['held', null],
    ]);
  });

  it('refuses an email that Identity Platform does not take, and leaves nothing behind', async () => {
    const { identities } = registry.ports;
    const create = identities.create;
    identities.create = async () => {
      throw new InvalidRequestError([{ path: 'email', message: 'Must be a valid email address.' }]);
    };
    const { details } = await expectCode(registry.register(ada), 'invalid_request');
    expect(details?.map(({ path }) => path)).to.deep.equal(['email']);
    await registry.expectNothing(ada);
    identities.create = create;
    await registry.register(checkedRegistration({ phone: ada.phone }));
  });

  it('refuses a contact that a user of the org has, and leaves nothing behind', async () => {
    await registry.register(ada);
    const others = [checkedRegistration({ email: ada.email }), checkedRegistration({ phone: ada.phone }), ada];
    for (const other of others) await expectCode(registry.register(other), 'already_exists');
    await registry.expectWhole(ada);
    await registry.register(checkedRegistration({ email: checkedRegistration().email }));
    for (const other of others.slice(0, 2)) {
      const free = other.email === ada.email ? { phone: other.phone } : { email: other.email };
      await registry.register(checkedRegistration(free));
    }
  });

  it('takes the same contacts in another org', async () => {
    await registry.register(ada);
    await registry.service.register(newPool('tenant-2'), ada);
  });

  it('refuses a contact of the main app, and leaves nothing behind', async () => {
    await registry.ports.identities.create(MAIN_POOL, {
      uid: userId.generate(),
      email: ada.email.value,
      password: 'x',
    });
    registry.uids.length = 0;
    await expectCode(registry.register(ada), 'belongs_to_main_app');
    await registry.expectNothing(ada);
    await registry.register(checkedRegistration({ phone: ada.phone }));
  });

  it('makes one user of 50 parallel requests, the same or different ones', async () => {
    const different = Array.from({ length: 25 }, () => checkedRegistration({ email: ada.email }));
    const requests = [...Array.from({ length: 25 }, () => ada), ...different];
    const results = await Promise.allSettled(requests.map((request) => registry.register(request)));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason.code).to.be.oneOf(['already_exists', 'request_in_progress']);
  });

  it('refuses an email that an identity of the tenant has without us, and gives the contacts up', async () => {
    const stranger = { uid: userId.generate(), email: ada.email.value, password: 'x' };
    await registry.ports.identities.create(registry.pool, stranger);
    await expectCode(registry.register(ada), 'already_exists');
    expect((await registry.traces(ada)).states).to.deep.equal([]);
  });
});
