import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MAIN_POOL } from '../../src/identity/pool.js';
import type { MainProfile, MainProfileStore } from '../../src/main-app/profile-store.js';
import type { ReservationClaim, ReservationKey } from '../../src/users/reservation-record.js';
import { isGivenUserId, type UserId, userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { eachShape } from '../support/document-shapes.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { expectCode } from '../support/unit-fixtures.js';

const LEASE = new Date('2030-01-01T00:00:00.123Z');
const LATER = new Date('2030-01-01T00:01:00.456Z');

function newProfile(uid = userId.generate()): MainProfile {
  return { uid, first_name: 'Zoë 🏔', last_name: "O'Neil", createdAt: new Date('2026-01-01T12:00:00.123Z') };
}

describeContract('MainProfileStore', (ports, adapters) => {
  let store: MainProfileStore;
  before(() => {
    store = ports().profiles;
  });

  const newKey = () => `contact-${randomUUID()}` as ReservationKey;
  const reserve = async (uid: UserId, keys = [newKey(), newKey()]): Promise<readonly ReservationClaim[]> => {
    const reservation = { pool: MAIN_POOL, uid, state: 'reserved', fingerprint: 'f', keys, leaseUntil: LEASE } as const;
    return (await ports().reservations.reserve(reservation)) ?? [];
  };
  const reserved = (claims: readonly ReservationClaim[]) => ports().reservations.find(claims.map(({ key }) => key));

  it('finds none that was not written', async () => {
    expect(await store.find(userId.generate())).to.equal(null);
  });

  it('gives a profile back as it was written', async () => {
    for (const id of [userId.generate(), `legacy|${randomUUID()}`, `a.b@${randomUUID()}`]) {
      if (!isGivenUserId(id)) throw new Error('no uid of the main app');
      const profile = newProfile(id);
      await store.create(profile, await reserve(profile.uid));
      expect(await store.find(profile.uid)).to.deep.equal(profile);
    }
  });

  describe('create', () => {
    it('gives the reservations up: others may have the contacts, as far as we are concerned', async () => {
      const profile = newProfile();
      const claims = await reserve(profile.uid);
      const keys = claims.map(({ key }) => key);
      await store.create(profile, claims);
      expect(await reserved(claims)).to.deep.equal([]);
      expect(await reserve(userId.generate(), keys)).to.have.length(2);
    });

    it('changes nothing where the profile is there: neither it nor the reservations', async () => {
      const profile = newProfile();
      await store.create(profile, await reserve(profile.uid));
      const claims = await reserve(profile.uid);
      await expectCode(store.create({ ...profile, first_name: 'Eve' }, claims), 'already_exists');
      expect(await store.find(profile.uid)).to.deep.equal(profile);
      expect(await reserved(claims)).to.have.length(2);
    });

    it('writes nothing where one reservation was taken over meanwhile', async () => {
      const profile = newProfile();
      const claims = await reserve(profile.uid);
      await ports().reservations.renew(claims.slice(1), LATER);
      await expectCode(store.create(profile, claims), 'already_exists');
      expect(await store.find(profile.uid)).to.equal(null);
      expect(await reserved(claims)).to.have.length(2);
    });

    it('writes nothing where a reservation is gone, or somebody else’s by now', async () => {
      const profile = newProfile();
      const claims = await reserve(profile.uid);
      await ports().reservations.release(claims);
      await expectCode(store.create(profile, claims), 'already_exists');
      const keys = claims.map(({ key }) => key);
      const others = await reserve(userId.generate(), keys);
      await expectCode(store.create(profile, claims), 'already_exists');
      expect(await store.find(profile.uid)).to.equal(null);
      expect(await reserved(others)).to.have.length(2);
    });

    it('has one winner of 20 with the same claims', async () => {
      const profile = newProfile();
      const claims = await reserve(profile.uid);
      const results = await Promise.allSettled(
        times(20, (index) => store.create({ ...profile, last_name: String(index) }, claims)),
      );
      const won = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [String(index)] : []));
      expect(won).to.have.length(1);
      expect((await store.find(profile.uid))?.last_name).to.equal(won[0]);
    });
  });

  if (adapters === 'emulators')
    describe('find, of a document that somebody else has written,', () => {
      let probe: FirestoreProbe;
      before(() => {
        probe = new FirestoreProbe();
      });
      after(() => probe.close());

      for (const field of ['first_name', 'last_name', 'createdAt'])
        it(`answers names and a time all the same: ${field} is spoilt`, () =>
          eachShape(field, async (spoilt) => {
            const profile = newProfile();
            await store.create(profile, await reserve(profile.uid));
            await probe.write(`users/${profile.uid}`, spoilt);
            const found = await store.find(profile.uid);
            expect(found?.uid).to.equal(profile.uid);
            expect([typeof found?.first_name, typeof found?.last_name]).to.deep.equal(['string', 'string']);
            expect(found?.createdAt).to.be.instanceOf(Date);
          }));

      it('takes none of its other fields', async () => {
        const uid = userId.generate();
        await probe.write(`users/${uid}`, { role: 'admin', uid: 'eve', first_name: 'Ada' });
        expect(await store.find(uid)).to.deep.equal({
          uid,
          first_name: 'Ada',
          last_name: '',
          createdAt: new Date(0),
        });
      });
    });
});
