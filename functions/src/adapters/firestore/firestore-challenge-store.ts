import type { ChallengeKey, ChallengeRecord, MatchedCode, TryCount } from '../../codes/challenge-record.js';
import type { ChallengeStore } from '../../codes/challenge-store.js';
import type { FirestoreAccess } from './firestore-access.js';
import { PreconditionMissedError } from './firestore-errors.js';
import { type CounterChange, create, type Write } from './writes.js';

/** How a commit answers a field that it does not change: adding nothing, or raising to at least nothing. */
const TRY_COUNTERS: readonly CounterChange[] = [
  { field: 'tries', add: 1 },
  { field: 'serial', atLeast: 0 },
  { field: 'failures', add: 0 },
  { field: 'blockedUntil', atLeast: 0 },
];

/**
 * One document per place holds the code and its counts, so that a try is one write. Where a place was voided before it had
 * a code, there is no `mac`.
 */
export class FirestoreChallengeStore implements ChallengeStore {
  constructor(private readonly access: FirestoreAccess) {}

  async replace(key: ChallengeKey, challenge: ChallengeRecord, isSiblingIdle = false): Promise<void> {
    const { sibling, sequence, purgeAt } = challenge;
    // `failures`, `blockedUntil` and `voidedUpTo` are not named, so that they stay.
    const writes: Write[] = [{ path: pathOf(key), fields: { ...challenge, tries: 0 } }];
    if (sibling !== null && !isSiblingIdle)
      writes.push({ path: pathOf(sibling), fields: { purgeAt }, counters: voiding(sequence) });
    await this.access.commit('challenges.replace', writes);
  }

  async void(key: ChallengeKey, sequence: number): Promise<void> {
    await this.change('challenges.void', [key], voiding(sequence));
  }

  async find(key: ChallengeKey): Promise<ChallengeRecord | null> {
    const document = await this.access.get('challenges.find', pathOf(key));
    if (document === null || typeof document.data['mac'] !== 'string') return null;
    // Codes of before there were sequences are older than every other.
    const { sequence = 0, voidedUpTo = -1, proves = null, ...challenge } = document.data;
    if (voidedUpTo >= sequence) return null;
    const { challengeId, serial, uid, mac, pepperVersion, sibling, expiresAt, purgeAt } = challenge;
    return { challengeId, serial, sequence, uid, proves, mac, pepperVersion, sibling, expiresAt, purgeAt };
  }

  async isOver(key: ChallengeKey, sequence: number): Promise<boolean> {
    const document = await this.access.get('challenges.isOver', pathOf(key));
    const { sequence: newest = -1, voidedUpTo = -1 } = document?.data ?? {};
    return newest > sequence || voidedUpTo >= sequence;
  }

  async countTry(key: ChallengeKey): Promise<TryCount | null> {
    const counts = await this.change('challenges.countTry', [key], TRY_COUNTERS);
    if (counts === null) return null;
    const [ordinal = 0, serial = 0, failures = 0, blockedUntil = 0] = counts;
    return { ordinal, serial, failures, blockedUntil };
  }

  async addFailure([key, ...others]: readonly ChallengeKey[], purgeAt: Date): Promise<number> {
    const counters = [{ field: 'failures', add: 1 }];
    const made = others.map((other) => ({ path: pathOf(other), fields: { purgeAt }, counters }));
    const counts = key === undefined ? null : await this.change('challenges.addFailure', [key], counters, made);
    return counts?.[0] ?? 0;
  }

  async block(keys: readonly ChallengeKey[], until: number): Promise<void> {
    await this.change('challenges.block', keys, [{ field: 'blockedUntil', atLeast: until }]);
  }

  consume(code: MatchedCode): Promise<boolean> {
    return this.access.commitUnlessMissed('challenges.consume', consumption(code));
  }

  async clear(keys: readonly ChallengeKey[]): Promise<void> {
    await this.access.commit(
      'challenges.clear',
      keys.map((key) => ({ delete: pathOf(key) })),
    );
  }

  /** What the first place came to; null when a code was consumed or cleared meanwhile and nothing is left to change. */
  private async change(
    operation: string,
    keys: readonly ChallengeKey[],
    counters: readonly CounterChange[],
    beside: readonly Write[] = [],
  ): Promise<number[] | null> {
    try {
      const writes = keys.map((key) => ({ path: pathOf(key), counters, when: { exists: true } }));
      const [first] = await this.access.commit(operation, [...writes, ...beside]);
      return first ?? [];
    } catch (error) {
      if (error instanceof PreconditionMissedError) return null;
      throw error;
    }
  }
}

/**
 * The consumption of a code as part of a commit, the whole of which fails for all but the first. The claim alone would
 * not do, nor the removal: a code that was used and replaced leaves something to remove again, and a code that was ended
 * by a password change leaves nothing to claim.
 */
export function consumption({ key, challengeId, claimUntil, others }: MatchedCode): Write[] {
  return [
    create(`claims/${challengeId}`, { purgeAt: claimUntil }),
    { delete: pathOf(key), when: { exists: true } },
    ...others.map((other) => ({ delete: pathOf(other) })),
  ];
}

function voiding(sequence: number): readonly CounterChange[] {
  return [{ field: 'voidedUpTo', atLeast: sequence }];
}

function pathOf(key: ChallengeKey): string {
  return `challenges/${key}`;
}
