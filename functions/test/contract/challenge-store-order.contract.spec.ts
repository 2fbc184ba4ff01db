import { expect } from 'chai';
import type { ChallengeKey } from '../../src/codes/challenge-record.js';
import type { ChallengeStore } from '../../src/codes/challenge-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { newChallenge, newPlace } from '../support/records.js';

const LATER = new Date('2030-01-01T00:00:00.123Z');

/** Of the two places of a user, the code that was asked for last is the live one, in whatever order they are put. */
describeContract('ChallengeStore, the order of codes', (ports, adapters) => {
  let store: ChallengeStore;
  let key: ChallengeKey;
  let sibling: ChallengeKey;
  before(() => {
    store = ports().challenges;
  });
  beforeEach(() => {
    [key, sibling] = [newPlace(), newPlace()];
  });

  const read = async (place: ChallengeKey) => {
    const count = await store.countTry(place);
    return count === null ? null : { failures: count.failures, blockedUntil: count.blockedUntil };
  };

  describe('isOver', () => {
    it('is what came before the code of a place, and what was voided there', async () => {
      const challenge = newChallenge(sibling);
      const { sequence } = challenge;
      const over = (place: ChallengeKey) =>
        Promise.all([sequence - 1, sequence, sequence + 1].map((one) => store.isOver(place, one)));
      expect(await over(key), 'nothing is there').to.deep.equal([false, false, false]);
      await store.replace(key, challenge);
      expect(await over(key)).to.deep.equal([true, false, false]);
      expect(await over(sibling), 'which it voids').to.deep.equal([true, true, false]);
      await store.void(key, sequence);
      expect(await over(key)).to.deep.equal([true, true, false]);
      await store.clear([key]);
      expect(await over(key)).to.deep.equal([false, false, false]);
    });
  });

  describe('replace', () => {
    it('leaves an idle sibling alone, and makes none', async () => {
      await store.replace(key, newChallenge(sibling), true);
      expect(await store.countTry(sibling)).to.equal(null);
      const other = newChallenge(key);
      await store.replace(sibling, other);
      await store.addFailure([sibling], LATER);
      await store.replace(key, newChallenge(sibling), true);
      expect(await store.find(sibling)).to.deep.equal(other);
      expect((await read(sibling))?.failures).to.equal(1);
    });

    it('of two codes leaves the one alive that was asked for last, whichever is put first', async () => {
      const [older, newer] = [newChallenge(sibling), newChallenge(key)];
      await store.replace(sibling, newer);
      await store.replace(key, older);
      expect(await store.find(key)).to.equal(null);
      expect(await store.find(sibling)).to.deep.equal(newer);
    });

    it('leaves at most one of two live, whatever the parallelism', async () => {
      const [older, newer] = [newChallenge(sibling), newChallenge(key)];
      await Promise.all([store.replace(key, older), store.replace(sibling, newer)]);
      expect(await store.find(key)).to.equal(null);
      expect(await store.find(sibling)).to.deep.equal(newer);
      await Promise.all(
        times(10, (n) =>
          n % 2 === 0 ? store.replace(key, newChallenge(sibling)) : store.replace(sibling, newChallenge(key)),
        ),
      );
      const live = [await store.find(key), await store.find(sibling)].filter((challenge) => challenge !== null);
      expect(live.length).to.be.at.most(1);
      await store.replace(key, newChallenge(sibling));
      expect(await store.find(key), 'the next is alive in any case').not.to.equal(null);
    });
  });

  describe('void', () => {
    it('makes codes up to a sequence unusable, also those that come late, and keeps failures and pause', async () => {
      const [late, first, next] = [newChallenge(), newChallenge(), newChallenge()];
      await store.replace(key, first);
      await store.addFailure([key], LATER);
      await store.block([key], 1_900_000_000_123);
      await store.void(key, late.sequence);
      expect(await store.find(key), 'it is newer').to.deep.equal(first);
      await store.void(key, first.sequence);
      expect(await store.find(key)).to.equal(null);
      await store.replace(key, late);
      expect(await store.find(key)).to.equal(null);
      expect(await read(key)).to.deep.equal({ failures: 1, blockedUntil: 1_900_000_000_123 });
      await store.replace(key, next);
      expect(await store.find(key)).to.deep.equal(next);
    });

    it('takes nothing back', async () => {
      const [older, challenge] = [newChallenge(), newChallenge()];
      await store.replace(key, challenge);
      for (const { sequence } of [challenge, older]) await store.void(key, sequence);
      expect(await store.find(key)).to.equal(null);
    });

    it('makes nothing where nothing was put', async () => {
      await store.void(key, 7);
      expect(await store.countTry(key)).to.equal(null);
      const challenge = newChallenge();
      await store.replace(key, challenge);
      expect(await store.find(key)).to.deep.equal(challenge);
    });

    it('knows codes of before there were sequences as older than every other, and as proof of nothing', async () => {
      if (adapters === 'memory') return;
      const { sequence: _, proves: __, ...old } = newChallenge(sibling);
      const probe = new FirestoreProbe();
      await probe.write(`challenges/${key}`, { ...old, tries: 0 });
      await probe.close();
      expect(await store.find(key)).to.deep.equal({ ...old, sequence: 0, proves: null });
      await store.replace(sibling, newChallenge(key));
      expect(await store.find(key)).to.equal(null);
    });
  });
});
