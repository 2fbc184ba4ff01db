import { randomInt, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ReadReservation, ReservationKey, ReservationRecord } from '../../src/users/reservation-record.js';
import type { ReservationStore } from '../../src/users/reservation-store.js';
import { userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newUser } from '../support/records.js';
import { newPool } from '../support/unit-fixtures.js';

const LEASE = new Date('2030-01-01T00:00:00.123Z');
const LATER = new Date('2030-01-01T00:01:00.456Z');

const newKey = () => `contact-${randomUUID()}` as ReservationKey;

function newReservation(keys: readonly ReservationKey[]): ReservationRecord {
  const [pool, uid] = [newPool(), userId.generate()];
  return { pool, uid, state: 'reserved', fingerprint: randomUUID(), keys, leaseUntil: LEASE };
}

describeContract('ReservationStore', (ports) => {
  let store: ReservationStore;
  let [email, phone] = [newKey(), newKey()];
  before(() => {
    store = ports().reservations;
  });
  beforeEach(() => {
    [email, phone] = [newKey(), newKey()];
  });

  it('finds those that exist, each whole, whatever is asked with them', async () => {
    expect(await store.find([email, phone])).to.deep.equal([]);
    const reservation = newReservation([email, phone]);
    const claims = await store.reserve(reservation);
    const found = await store.find([newKey(), email, phone]);
    expect(found.map(({ key }) => key)).to.have.members([email, phone]);
    for (const { key: _, version, ...rest } of found) {
      expect(rest).to.deep.equal(reservation);
      expect(version).to.be.a('string').that.is.not.equal('');
    }
    expect(claims).to.have.deep.members(found.map(({ key, version }) => ({ key, version })));
  });

  it('claims all keys or none', async () => {
    await store.reserve(newReservation([email]));
    expect(await store.reserve(newReservation([email, phone]))).to.equal(null);
    expect(await store.reserve(newReservation([phone, email]))).to.equal(null);
    expect(await store.find([phone]), 'the free one stays free').to.deep.equal([]);
  });

  it('changes nothing of a claim that another one meets', async () => {
    const first = newReservation([email]);
    await store.reserve(first);
    const [before] = await store.find([email]);
    await store.reserve(newReservation([email]));
    expect(await store.find([email])).to.deep.equal([before]);
  });

  /** R-02, security.md 4.7: 100 parallel reservations → 1 created, 99 exist. */
  it('lets one of 100 parallel claims through', async () => {
    const results = await Promise.all(
      times(100, (n) => store.reserve(newReservation(n % 2 === 0 ? [email, phone] : [phone, newKey()]))),
    );
    expect(results.filter(Boolean)).to.have.length(1);
  });

  describe('release', () => {
    it('frees the contacts, once', async () => {
      const claims = (await store.reserve(newReservation([email, phone]))) ?? [];
      expect(await store.release(claims.slice(0, 1))).to.equal(true);
      expect((await store.find([email, phone])).map(({ key }) => key)).to.deep.equal([phone]);
      expect(await store.release(claims.slice(0, 1))).to.equal(false);
      expect(await store.release(claims.slice(1))).to.equal(true);
      expect(await store.reserve(newReservation([email, phone]))).not.to.equal(null);
    });

    it('frees none when one of them has changed, or is somebody else’s by now', async () => {
      const claims = (await store.reserve(newReservation([email, phone]))) ?? [];
      const renewed = (await store.renew(claims.slice(0, 1), LATER)) ?? [];
      expect(await store.release(claims)).to.equal(false);
      expect(await store.find([email, phone])).to.have.length(2);
      await store.release([...renewed, ...claims.slice(1)]);
      await store.reserve(newReservation([email, phone]));
      expect(await store.release(claims)).to.equal(false);
      expect(await store.find([email, phone])).to.have.length(2);
    });
  });

  /** Others of the same database are among them: these are of a time of their own. */
  describe('findAbandoned', () => {
    const year = 2_100 + randomInt(7_000);
    const at = (second: number) => new Date(Date.UTC(year, 0, 1, 0, 0, second, 1));
    const reserve = async (second: number) => {
      const key = newKey();
      await store.reserve({ ...newReservation([key]), leaseUntil: at(second) });
      return key;
    };
    /** As if a page had ended just before this time. */
    const before = (second: number): ReadReservation => {
      const key = '-' as ReservationKey;
      return { ...newReservation([key]), key, version: '', leaseUntil: at(second) };
    };
    const keysAt = async (second: number) =>
      (await store.findAbandoned(at(second), 100, before(0))).map(({ key }) => key);

    it('answers what is over, whole, the longest dead first, and nothing that is held', async () => {
      const keys = [await reserve(3), await reserve(1), await reserve(2)] as const;
      const user = newUser();
      const held = { ...newReservation([newKey()]), uid: user.uid, leaseUntil: at(1) };
      await ports().users.create(held.pool, user, (await store.reserve(held)) ?? []);
      expect(await keysAt(3)).to.deep.equal([keys[1], keys[2], keys[0]]);
      expect(await keysAt(2)).to.deep.equal([keys[1], keys[2]]);
      expect(await store.findAbandoned(at(3), 100, before(0))).to.have.deep.members(await store.find(keys));
    });

    it('goes on where the page before ended, also between two of the same time', async () => {
      const keys = await Promise.all(times(5, (n) => reserve(20 + (n % 2))));
      const seen: string[] = [];
      let last = before(20);
      for (let page = 0; page < 4; page += 1) {
        const found = await store.findAbandoned(at(21), 2, last);
        expect(found).to.have.length([2, 2, 1, 0][page] ?? 0);
        last = found.at(-1) ?? last;
        seen.push(...found.map(({ key }) => key));
      }
      expect(seen).to.have.members(keys);
    });
  });

  describe('renew', () => {
    it('extends the lease of all, and changes nothing else', async () => {
      const reservation = newReservation([email, phone]);
      await store.reserve(reservation);
      const found = await store.find([email, phone]);
      const claims = await store.renew(found, LATER);
      expect(claims).to.have.deep.members(
        (await store.find([email, phone])).map(({ key, version }) => ({ key, version })),
      );
      for (const { key: _, version, ...rest } of await store.find([email, phone])) {
        expect(rest).to.deep.equal({ ...reservation, leaseUntil: LATER });
        expect(found.map((one) => one.version)).not.to.include(version);
      }
    });

    it('works once with what was read', async () => {
      await store.reserve(newReservation([email, phone]));
      const found = await store.find([email, phone]);
      const claims = (await store.renew(found, LATER)) ?? [];
      expect(claims).to.have.length(2);
      expect(await store.renew(found, LATER)).to.equal(null);
      expect(await store.renew(claims, LEASE)).not.to.equal(null);
    });

    it('has one winner of 50', async () => {
      await store.reserve(newReservation([email, phone]));
      const found = await store.find([email, phone]);
      const wins = await Promise.all(times(50, () => store.renew(found, LATER)));
      expect(wins.filter(Boolean)).to.have.length(1);
    });

    it('extends none when one of them has changed or is gone', async () => {
      await store.reserve(newReservation([email]));
      await store.reserve(newReservation([phone]));
      const found = await store.find([email, phone]);
      await store.renew(await store.find([phone]), LATER);
      expect(await store.renew(found, LATER), 'changed').to.equal(null);
      const [ofEmail] = await store.find([email]);
      expect(ofEmail?.leaseUntil).to.deep.equal(LEASE);
      const again = await store.find([email, phone]);
      await store.release(await store.find([phone]));
      expect(await store.renew(again, LATER), 'gone').to.equal(null);
      expect(await store.find([phone]), 'and not made anew').to.deep.equal([]);
    });

    it('fails after the contact was freed and claimed by somebody else', async () => {
      await store.reserve(newReservation([email]));
      const found = await store.find([email]);
      await store.release(found);
      const next = newReservation([email]);
      await store.reserve(next);
      expect(await store.renew(found, LATER)).to.equal(null);
      expect((await store.find([email]))[0]).to.include({ uid: next.uid });
    });
  });
});
