import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MAIN_POOL, type OrgPool } from '../../src/identity/pool.js';
import type { ReservationClaim, ReservationKey } from '../../src/users/reservation-record.js';
import { userId } from '../../src/users/user-id.js';
import { contactsOf } from '../../src/users/user-record.js';
import type { UserStore } from '../../src/users/user-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newUser } from '../support/records.js';
import { expectCode, newPool } from '../support/unit-fixtures.js';

const AT = new Date('2030-01-01T00:00:00.123Z');
const LATER = new Date('2030-01-01T00:01:00.123Z');

describeContract('UserStore', (ports) => {
  let store: UserStore;
  let pool: OrgPool;
  before(() => {
    store = ports().users;
  });
  beforeEach(() => {
    pool = newPool();
  });

  async function reserved(uid = userId.generate()): Promise<readonly ReservationClaim[]> {
    const keys = times(2, () => `contact-${randomUUID()}` as ReservationKey);
    const reservation = { pool, uid, state: 'reserved', fingerprint: 'f', keys, leaseUntil: AT } as const;
    return (await ports().reservations.reserve(reservation)) ?? [];
  }

  const found = (claims: readonly ReservationClaim[]) => ports().reservations.find(claims.map(({ key }) => key));
  const states = async (claims: readonly ReservationClaim[]) => (await found(claims)).map(({ state }) => state);

  it('finds nobody who was not written', async () => {
    const user = newUser();
    expect(await store.find(pool, user.uid)).to.equal(null);
    for (const contact of Object.values(contactsOf(user)))
      expect(await store.findByContact(pool, contact)).to.equal(null);
  });

  it('gives a profile back as it was written', async () => {
    const full = newUser({
      date_of_birth: 'v1.sealed',
      address: { line1: 'Main St 1', city: 'Zürich 🏔', zipcode: '8001' },
      secondary_address: { country: 'CH' },
      metadata: JSON.stringify({ 'a.b': [[1], [2]], __x__: { '': null } }),
      role: 'admin',
      status: 'pending',
      kyc_status: 'approved',
    });
    for (const user of [full, newUser()]) {
      await store.create(pool, user, await reserved());
      expect(await store.find(pool, user.uid)).to.deep.equal(user);
      for (const contact of Object.values(contactsOf(user)))
        expect(await store.findByContact(pool, contact)).to.deep.equal(user);
    }
  });

  it('keeps a main-app user apart from every org', async () => {
    const user = newUser();
    await store.create(MAIN_POOL, user, await reserved());
    expect(await store.find(MAIN_POOL, user.uid)).to.deep.equal(user);
    expect(await store.find(pool, user.uid)).to.equal(null);
  });

  /** T-01. */
  it('knows nobody of another org, by uid or contact', async () => {
    const [user, other] = [newUser(), newPool()];
    await store.create(pool, user, await reserved());
    expect(await store.find(other, user.uid)).to.equal(null);
    for (const contact of Object.values(contactsOf(user)))
      expect(await store.findByContact(other, contact)).to.equal(null);
    await expectCode(store.setStatus(other, user.uid, 'banned', AT), 'not_found');
    await store.delete(other, user.uid, []);
    expect(await store.find(pool, user.uid)).to.deep.equal(user);
  });

  it('looks for an address as an address and for a number as a number', async () => {
    const user = newUser();
    await store.create(pool, user, await reserved());
    expect(await store.findByContact(pool, { kind: 'phone', value: user.email })).to.equal(null);
    expect(await store.findByContact(pool, { kind: 'email', value: user.phone_number })).to.equal(null);
    expect(await store.findByContact(pool, { kind: 'email', value: user.email.toUpperCase() })).to.equal(null);
  });

  describe('create', () => {
    it('makes the contacts’ reservations permanent', async () => {
      const user = newUser();
      const claims = await reserved(user.uid);
      await store.create(pool, user, claims);
      expect(await states(claims)).to.deep.equal(['held', 'held']);
      expect((await found(claims)).map(({ leaseUntil }) => leaseUntil)).to.deep.equal([null, null]);
    });

    it('leaves nothing of the request in them, and all else as it was', async () => {
      const user = newUser();
      const claims = await reserved(user.uid);
      const before = await found(claims);
      await store.create(pool, user, claims);
      const after = await found(claims);
      expect(after.map(({ version: _, ...rest }) => rest)).to.deep.equal(
        before.map(({ version: _, ...rest }) => ({ ...rest, state: 'held', fingerprint: null, leaseUntil: null })),
      );
    });

    it('refuses a uid that is there, and changes nothing', async () => {
      const user = newUser();
      await store.create(pool, user, await reserved());
      const claims = await reserved();
      await expectCode(store.create(pool, { ...user, first_name: 'Eve' }, claims), 'already_exists');
      expect(await store.find(pool, user.uid)).to.deep.equal(user);
      expect(await states(claims)).to.deep.equal(['reserved', 'reserved']);
    });

    it('writes no profile when a reservation was cleared away meanwhile', async () => {
      const user = newUser();
      const claims = await reserved();
      await ports().reservations.release(claims.slice(1));
      await expectCode(store.create(pool, user, claims), 'already_exists');
      expect(await store.find(pool, user.uid)).to.equal(null);
      expect(await states(claims), 'the other one').to.deep.equal(['reserved']);
    });

    it('writes no profile when a reservation was taken over meanwhile, or is somebody else’s by now', async () => {
      const [user, overtaken] = [newUser(), await reserved()];
      const renewed = await ports().reservations.renew(overtaken.slice(0, 1), LATER);
      await expectCode(store.create(pool, user, overtaken), 'already_exists');
      expect(await states(overtaken)).to.deep.equal(['reserved', 'reserved']);
      await ports().reservations.release([...(renewed ?? []), ...overtaken.slice(1)]);
      const keys = overtaken.map(({ key }) => key);
      const next = { pool, uid: userId.generate(), state: 'reserved', fingerprint: 'g', keys, leaseUntil: AT } as const;
      await ports().reservations.reserve(next);
      await expectCode(store.create(pool, user, overtaken), 'already_exists');
      expect(await store.find(pool, user.uid)).to.equal(null);
      expect(await states(overtaken)).to.deep.equal(['reserved', 'reserved']);
    });

    it('lets one of 50 parallel ones through', async () => {
      const user = newUser();
      const claims = await reserved();
      const tries = times(50, () => ({ ...user, role: randomUUID() }));
      const results = await Promise.allSettled(tries.map((one) => store.create(pool, one, claims)));
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).to.have.property('code', 'already_exists');
      const winner = results.findIndex(({ status }) => status === 'fulfilled');
      expect((await store.find(pool, user.uid))?.role).to.equal(tries[winner]?.role);
    });
  });

  it('setStatus: changes status and time of change alone; nobody is "not found"', async () => {
    const user = newUser();
    await store.create(pool, user, await reserved());
    await store.setStatus(pool, user.uid, 'suspended', AT);
    expect(await store.find(pool, user.uid)).to.deep.equal({ ...user, status: 'suspended', updatedAt: AT });
    const nobody = userId.generate();
    await expectCode(store.setStatus(pool, nobody, 'active', AT), 'not_found');
    expect(await store.find(pool, nobody)).to.equal(null);
  });

  it('delete: removes profile and reservations, and twice is no error', async () => {
    const user = newUser();
    const claims = await reserved();
    await store.create(pool, user, claims);
    const keys = claims.map(({ key }) => key);
    for (const _ of times(2, String)) await store.delete(pool, user.uid, keys);
    expect(await store.find(pool, user.uid)).to.equal(null);
    expect(await store.findByContact(pool, { kind: 'email', value: user.email })).to.equal(null);
    expect(await states(claims)).to.deep.equal([]);
  });
});
