import type { DocumentReference, Firestore, Timestamp, WriteBatch } from '@google-cloud/firestore';
import type { ChallengeKey, ChallengeRecord, TryCount } from '../../codes/challenge-record.js';
import type { ChallengeStore } from '../../codes/challenge-store.js';
import { type CounterChange, type CounterWrite, commitCounters } from './counters.js';
import { commitUnlessMissed, type FirestoreAccess, isNotFound } from './firestore-access.js';

/**
 * One document per place holds the code and its counts, so that a try is one write. `mac` is null where a code was made
 * unusable and only the failures are kept.
 */
export class FirestoreChallengeStore implements ChallengeStore {
  constructor(private readonly access: FirestoreAccess) {}

  async replace(key: ChallengeKey, challenge: ChallengeRecord): Promise<void> {
    const { sibling, purgeAt } = challenge;
    await this.access.run('challenges.replace', { writes: sibling === null ? 1 : 2 }, async ({ db }) => {
      const batch = db.batch();
      // Merging leaves `failures` and `blockedUntil` as they are.
      batch.set(challengeRef(db, key), { ...challenge, tries: 0 }, { merge: true });
      if (sibling !== null) batch.set(challengeRef(db, sibling), { mac: null, tries: 0, purgeAt }, { merge: true });
      await batch.commit();
    });
  }

  async find(key: ChallengeKey): Promise<ChallengeRecord | null> {
    const snapshot = await this.access.run('challenges.find', { reads: 1 }, ({ db }) => challengeRef(db, key).get());
    const data = snapshot.data();
    if (data === undefined || typeof data.mac !== 'string') return null;
    return {
      challengeId: data.challengeId,
      uid: data.uid,
      mac: data.mac,
      pepperVersion: data.pepperVersion,
      sibling: data.sibling,
      expiresAt: (data.expiresAt as Timestamp).toDate(),
      purgeAt: (data.purgeAt as Timestamp).toDate(),
    };
  }

  async countTry(key: ChallengeKey): Promise<TryCount | null> {
    // Adding nothing, and raising to at least nothing, are how a commit answers a field that it does not change.
    const changes: CounterChange[] = [
      { field: 'tries', add: 1 },
      { field: 'failures', add: 0 },
      { field: 'blockedUntil', atLeast: 0 },
    ];
    try {
      const [counts] = await commitCounters(this.access, 'challenges.countTry', [existing(key, changes)]);
      const [ordinal = 0, failures = 0, blockedUntil = 0] = counts ?? [];
      return { ordinal, failures, blockedUntil };
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async addFailure(keys: readonly ChallengeKey[]): Promise<number> {
    const [first] = await this.change('challenges.addFailure', keys, { field: 'failures', add: 1 });
    return first ?? 0;
  }

  async block(keys: readonly ChallengeKey[], until: number): Promise<void> {
    await this.change('challenges.block', keys, { field: 'blockedUntil', atLeast: until });
  }

  async consume(key: ChallengeKey, others: readonly ChallengeKey[]): Promise<boolean> {
    return this.access.run('challenges.consume', { deletes: 1 + others.length }, ({ db }) => {
      const batch = db.batch();
      consumeInBatch(batch, db, key, others);
      return commitUnlessMissed(batch.commit());
    });
  }

  async clear(keys: readonly ChallengeKey[]): Promise<void> {
    await this.access.run('challenges.clear', { deletes: keys.length }, async ({ db }) => {
      const batch = db.batch();
      for (const key of keys) batch.delete(challengeRef(db, key));
      await batch.commit();
    });
  }

  /** A code that was consumed or cleared meanwhile took its failures with it: nothing is left to change. */
  private async change(operation: string, keys: readonly ChallengeKey[], change: CounterChange): Promise<number[]> {
    try {
      const writes = keys.map((key) => existing(key, [change]));
      return (await commitCounters(this.access, operation, writes)).map(([value]) => value ?? 0);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

/** Adds the consumption of a code to a commit; the whole commit fails when the code is gone. */
export function consumeInBatch(
  batch: WriteBatch,
  db: Firestore,
  key: ChallengeKey,
  others: readonly ChallengeKey[],
): void {
  batch.delete(challengeRef(db, key), { exists: true });
  for (const other of others) batch.delete(challengeRef(db, other));
}

function challengeRef(db: Firestore, key: ChallengeKey): DocumentReference {
  return db.doc(`challenges/${key}`);
}

function existing(key: ChallengeKey, changes: readonly CounterChange[]): CounterWrite {
  return { path: `challenges/${key}`, changes, mode: 'existing' };
}
