import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ChallengeKey, MatchedCode } from '../../src/codes/challenge-record.js';
import type { ChallengeStore } from '../../src/codes/challenge-store.js';
import { areOrdinals, describeContract, times } from '../support/describe-contract.js';
import { newChallenge, newPlace } from '../support/records.js';

const LATER = new Date('2030-01-01T00:00:00.123Z');

/** The match of the code at a place. */
async function matchAt(
  store: ChallengeStore,
  key: ChallengeKey,
  others: readonly ChallengeKey[],
): Promise<MatchedCode> {
  const { challengeId = randomUUID(), uid = 'usr_a', proves = null } = (await store.find(key)) ?? {};
  return { key, challengeId, uid, proves, claimUntil: LATER, others };
}

describeContract('ChallengeStore', (ports) => {
  let store: ChallengeStore;
  let [key, sibling] = [newPlace(), newPlace()];
  before(() => {
    store = ports().challenges;
  });
  beforeEach(() => {
    [key, sibling] = [newPlace(), newPlace()];
  });

  /** Reading what a place counts uses up a try. */
  const read = async (place: ChallengeKey) => {
    const count = await store.countTry(place);
    return count === null ? null : { failures: count.failures, blockedUntil: count.blockedUntil };
  };

  it('has nothing where nothing was put', async () => {
    expect(await store.find(key)).to.equal(null);
    expect(await store.countTry(key)).to.equal(null);
    expect(await store.countTry(key), 'counting makes nothing').to.equal(null);
    expect(await store.consume(await matchAt(store, key, [sibling]))).to.equal(false);
    expect(await store.addFailure([key], LATER)).to.equal(0);
    await store.block([key], 1);
    await store.clear([key, sibling]);
    expect(await store.find(key)).to.equal(null);
  });

  it('gives a code back as it was put', async () => {
    const challenge = newChallenge(sibling);
    await store.replace(key, challenge);
    expect(await store.find(key)).to.deep.equal(challenge);
    expect(await store.countTry(key)).to.deep.equal({
      ordinal: 1,
      serial: challenge.serial,
      failures: 0,
      blockedUntil: 0,
    });
  });

  describe('countTry', () => {
    it('counts from 1', async () => {
      await store.replace(key, newChallenge());
      for (let ordinal = 1; ordinal <= 7; ordinal += 1) expect((await store.countTry(key))?.ordinal).to.equal(ordinal);
    });

    /** O-02, CVE-2023-47111. */
    it('gives 200 parallel tries 200 ordinals', async () => {
      await store.replace(key, newChallenge());
      const counts = await Promise.all(times(200, () => store.countTry(key)));
      expect(areOrdinals(counts.map((count) => count?.ordinal ?? -1))).to.equal(true);
      expect((await store.countTry(key))?.ordinal).to.equal(201);
    });

    it('touches neither failures nor pause', async () => {
      await store.replace(key, newChallenge());
      await store.addFailure([key], LATER);
      await store.block([key], 1_900_000_000_123);
      for (const _ of times(3, String))
        expect(await read(key)).to.deep.equal({ failures: 1, blockedUntil: 1_900_000_000_123 });
    });
  });

  describe('replace', () => {
    it('begins tries anew, and keeps failures and pause', async () => {
      await store.replace(key, newChallenge());
      for (const _ of times(3, String)) await store.countTry(key);
      for (const failures of [1, 2]) expect(await store.addFailure([key], LATER)).to.equal(failures);
      await store.block([key], 1_900_000_000_000);
      const next = newChallenge();
      await store.replace(key, next);
      expect(await store.find(key)).to.deep.equal(next);
      expect(await store.countTry(key)).to.deep.equal({
        ordinal: 1,
        serial: next.serial,
        failures: 2,
        blockedUntil: 1_900_000_000_000,
      });
    });

    it('makes the sibling’s code unusable, and keeps its failures and pause', async () => {
      await store.replace(sibling, newChallenge(key));
      await store.addFailure([sibling], LATER);
      await store.block([sibling], 1_900_000_000_000);
      await store.replace(key, newChallenge(sibling));
      expect(await store.find(sibling)).to.equal(null);
      expect(await read(sibling)).to.deep.equal({ failures: 1, blockedUntil: 1_900_000_000_000 });
      expect(await store.find(key), 'and only that').not.to.equal(null);
    });

    it('loses no failure that is added meanwhile', async () => {
      await store.replace(key, newChallenge(sibling));
      const adding = times(50, () => store.addFailure([key, sibling], LATER));
      const replacing = times(10, () => store.replace(key, newChallenge(sibling)));
      await Promise.all([...adding, ...replacing]);
      expect([await read(key), await read(sibling)].map((count) => count?.failures)).to.deep.equal([50, 50]);
    });
  });

  describe('addFailure', () => {
    it('adds at each place and answers the first', async () => {
      await store.replace(key, newChallenge(sibling));
      await store.addFailure([sibling], LATER);
      expect(await store.addFailure([key, sibling], LATER)).to.equal(1);
      expect(await store.addFailure([sibling, key], LATER)).to.equal(3);
      expect((await read(key))?.failures).to.equal(2);
    });

    it('gives 200 parallel failures 200 numbers', async () => {
      await store.replace(key, newChallenge(sibling));
      const numbers = await Promise.all(times(200, () => store.addFailure([key, sibling], LATER)));
      expect(areOrdinals(numbers)).to.equal(true);
      expect((await read(sibling))?.failures).to.equal(200);
    });

    it('makes a sibling that was never asked for a code, so that it shares the failures', async () => {
      await store.replace(key, newChallenge(sibling), true);
      for (const failures of [1, 2]) expect(await store.addFailure([key, sibling], LATER)).to.equal(failures);
      expect(await store.find(sibling)).to.equal(null);
      expect((await read(sibling))?.failures).to.equal(2);
    });

    it('adds nothing anywhere, and makes nothing, when the first place is gone', async () => {
      expect(await store.addFailure([key, sibling], LATER)).to.equal(0);
      for (const place of [key, sibling]) expect(await store.countTry(place)).to.equal(null);
    });
  });

  it('block: extends a pause, and never shortens one', async () => {
    await store.replace(key, newChallenge(sibling));
    for (const [until, blockedUntil] of [
      [2_000, 2_000],
      [1_000, 2_000],
      [1_900_000_000_123, 1_900_000_000_123],
    ] as const) {
      await store.block([key, sibling], until);
      for (const place of [key, sibling]) expect((await read(place))?.blockedUntil).to.equal(blockedUntil);
    }
  });

  describe('consume', () => {
    it('takes the code, its failures and those of the others', async () => {
      await store.replace(key, newChallenge(sibling));
      await store.addFailure([key, sibling], LATER);
      expect(await store.consume(await matchAt(store, key, [sibling]))).to.equal(true);
      for (const place of [key, sibling]) {
        expect(await store.find(place)).to.equal(null);
        expect(await store.countTry(place)).to.equal(null);
      }
      expect(await store.consume(await matchAt(store, key, [sibling]))).to.equal(false);
    });

    it('leaves alone what is not named', async () => {
      await store.replace(sibling, newChallenge());
      await store.replace(key, newChallenge());
      expect(await store.consume(await matchAt(store, key, []))).to.equal(true);
      expect(await store.find(sibling)).not.to.equal(null);
    });

    it('takes nothing of the others when the code itself is gone', async () => {
      await store.replace(sibling, newChallenge());
      expect(await store.consume(await matchAt(store, key, [sibling]))).to.equal(false);
      expect(await store.find(sibling)).not.to.equal(null);
    });

    /** O-01, HackerOne #3692149. */
    it('has exactly one winner of 200', async () => {
      await store.replace(key, newChallenge(sibling));
      const match = await matchAt(store, key, [sibling]);
      const wins = await Promise.all(times(200, () => store.consume(match)));
      expect(wins.filter(Boolean)).to.have.length(1);
    });
  });

  /** A request that held a match while the code was used and replaced. */
  it('consume: never twice, even when another code is there by then', async () => {
    await store.replace(key, newChallenge());
    const match = await matchAt(store, key, []);
    expect(await store.consume(match)).to.equal(true);
    await store.replace(key, newChallenge());
    expect(await store.consume(match)).to.equal(false);
    expect(await store.find(key), 'the other code').not.to.equal(null);
  });

  it('clear: removes codes, and what is not there', async () => {
    await store.replace(key, newChallenge(sibling));
    await store.clear([key, sibling, newPlace()]);
    for (const place of [key, sibling]) expect(await store.countTry(place)).to.equal(null);
    expect(await store.consume(await matchAt(store, key, []))).to.equal(false);
  });
});
