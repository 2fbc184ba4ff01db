import { randomUUID } from 'node:crypto';
import type { DocumentData } from '@google-cloud/firestore';
import { expect } from 'chai';
import type { MemoryMainProfileStore } from '../../src/adapters/memory/memory-main-profile-store.js';
import { MAIN_POOL } from '../../src/identity/pool.js';
import type { MainProfile, MainProfileStore } from '../../src/main-app/profile-store.js';
import type { ReservationClaim, ReservationKey } from '../../src/users/reservation-record.js';
import { isGivenUserId, type UserId, userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { expectCode } from '../support/unit-fixtures.js';

const LEASE = new Date('2030-01-01T00:00:00.123Z');
const LATER = new Date('2030-01-01T00:01:00.456Z');

function newProfile(uid = userId.generate()): MainProfile {
  return { uid, first_name: 'Zoë 🏔', last_name: "O'Neil", createdAt: new Date('2026-01-01T12:00:00.123Z') };
}

describeContract('MainProfileStore', (ports, adapters) => {
  let store: MainProfileStore;
  let probe: FirestoreProbe | undefined;
  before(() => {
    store = ports().profiles;
    if (adapters === 'emulators') probe = new FirestoreProbe();
  });
  after(() => probe?.close());

  const newKey = () => `contact-${randomUUID()}` as ReservationKey;
  const reserve = async (uid: UserId, keys = [newKey(), newKey()]): Promise<readonly ReservationClaim[]> => {
    const reservation = { pool: MAIN_POOL, uid, state: 'reserved', fingerprint: 'f', keys, leaseUntil: LEASE } as const;
    return (await ports().reservations.reserve(reservation)) ?? [];
  };
  const reserved = (claims: readonly ReservationClaim[]) => ports().reservations.find(claims.map(({ key }) => key));
  /** Whole, with whatever was written of it. */
  const stored = async (uid: UserId): Promise<DocumentData | undefined> => {
    if (probe === undefined) return (store as MemoryMainProfileStore).stored.get(uid);
    const document = await probe.read(`users/${uid}`);
    return document === undefined ? undefined : { ...document, uid, createdAt: document['createdAt'].toDate() };
  };

  it('knows none that was not written', async () => {
    expect(await store.exists(userId.generate())).to.equal(false);
  });

  it('writes a profile as it is, and knows it then', async () => {
    for (const id of [userId.generate(), `legacy|${randomUUID()}`, `a.b@${randomUUID()}`]) {
      if (!isGivenUserId(id)) throw new Error('no uid of the main app');
      const profile = newProfile(id);
      await store.create(profile, await reserve(profile.uid));
      expect(await stored(profile.uid)).to.deep.equal(profile);
      expect(await store.exists(profile.uid)).to.equal(true);
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
      expect(await stored(profile.uid)).to.deep.equal(profile);
      expect(await reserved(claims)).to.have.length(2);
    });

    it('writes nothing where one reservation was taken over meanwhile', async () => {
      const profile = newProfile();
      const claims = await reserve(profile.uid);
      await ports().reservations.renew(claims.slice(1), LATER);
      await expectCode(store.create(profile, claims), 'already_exists');
      expect(await stored(profile.uid)).to.equal(undefined);
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
      expect(await stored(profile.uid)).to.equal(undefined);
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
      expect((await stored(profile.uid))?.['last_name']).to.equal(won[0]);
    });
  });

  if (adapters === 'emulators')
    it('knows a profile whatever somebody has made of its document', async () => {
      const uid = userId.generate();
      await probe?.write(`users/${uid}`, { first_name: null, role: 'admin' });
      expect(await store.exists(uid)).to.equal(true);
    });
});
