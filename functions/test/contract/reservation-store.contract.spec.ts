import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ReservationKey, ReservationRecord } from '../../src/users/reservation-record.js';
import type { ReservationStore } from '../../src/users/reservation-store.js';
import { userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';

const LEASE = new Date('2030-01-01T00:00:00.123Z');
const LATER = new Date('2030-01-01T00:01:00.456Z');

const newKey = () => `contact-${randomUUID()}` as ReservationKey;

function newReservation(keys: readonly ReservationKey[]): ReservationRecord {
  return { uid: userId.generate(), state: 'reserved', fingerprint: randomUUID(), keys, leaseUntil: LEASE };
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
    expect(await store.reserve(reservation)).to.equal(true);
    const found = await store.find([newKey(), email, phone]);
    expect(found.map(({ key }) => key)).to.have.members([email, phone]);
    for (const { key: _, version, ...rest } of found) {
      expect(rest).to.deep.equal(reservation);
      expect(version).to.be.a('string').that.is.not.equal('');
    }
  });

  it('claims all keys or none', async () => {
    await store.reserve(newReservation([email]));
    expect(await store.reserve(newReservation([email, phone]))).to.equal(false);
    expect(await store.reserve(newReservation([phone, email]))).to.equal(false);
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

  it('frees contacts, and it is no error when they are free', async () => {
    await store.reserve(newReservation([email, phone]));
    await store.release([email]);
    expect((await store.find([email, phone])).map(({ key }) => key)).to.deep.equal([phone]);
    await store.release([email, phone, newKey()]);
    expect(await store.reserve(newReservation([email, phone]))).to.equal(true);
  });

  describe('renew', () => {
    it('extends the lease of all, and changes nothing else', async () => {
      const reservation = newReservation([email, phone]);
      await store.reserve(reservation);
      const found = await store.find([email, phone]);
      expect(await store.renew(found, LATER)).to.equal(true);
      for (const { key: _, version, ...rest } of await store.find([email, phone])) {
        expect(rest).to.deep.equal({ ...reservation, leaseUntil: LATER });
        expect(found.map((one) => one.version)).not.to.include(version);
      }
    });

    it('works once with what was read', async () => {
      await store.reserve(newReservation([email, phone]));
      const found = await store.find([email, phone]);
      expect(await store.renew(found, LATER)).to.equal(true);
      expect(await store.renew(found, LATER)).to.equal(false);
      expect(await store.renew(await store.find([email, phone]), LATER)).to.equal(true);
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
      expect(await store.renew(found, LATER), 'changed').to.equal(false);
      const [ofEmail] = await store.find([email]);
      expect(ofEmail?.leaseUntil).to.deep.equal(LEASE);
      const again = await store.find([email, phone]);
      await store.release([phone]);
      expect(await store.renew(again, LATER), 'gone').to.equal(false);
      expect(await store.find([phone]), 'and not made anew').to.deep.equal([]);
    });

    it('fails after the contact was freed and claimed by somebody else', async () => {
      await store.reserve(newReservation([email]));
      const found = await store.find([email]);
      await store.release([email]);
      const next = newReservation([email]);
      await store.reserve(next);
      expect(await store.renew(found, LATER)).to.equal(false);
      expect((await store.find([email]))[0]).to.include({ uid: next.uid });
    });
  });
});
