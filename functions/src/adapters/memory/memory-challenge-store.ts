import type { ChallengeKey, ChallengeRecord, MatchedCode, TryCount } from '../../codes/challenge-record.js';
import type { ChallengeStore } from '../../codes/challenge-store.js';

interface Place {
  challenge: ChallengeRecord | null;
  tries: number;
  failures: number;
  blockedUntil: number;
}

export class MemoryChallengeStore implements ChallengeStore {
  private readonly places = new Map<ChallengeKey, Place>();
  private readonly claims = new Set<string>();

  async replace(key: ChallengeKey, challenge: ChallengeRecord): Promise<void> {
    this.put(key, challenge);
    if (challenge.sibling !== null) this.put(challenge.sibling, null);
  }

  async find(key: ChallengeKey): Promise<ChallengeRecord | null> {
    return this.places.get(key)?.challenge ?? null;
  }

  async countTry(key: ChallengeKey): Promise<TryCount | null> {
    const place = this.places.get(key);
    if (place === undefined) return null;
    place.tries += 1;
    const serial = place.challenge?.serial ?? 0;
    return { ordinal: place.tries, serial, failures: place.failures, blockedUntil: place.blockedUntil };
  }

  async addFailure(keys: readonly ChallengeKey[]): Promise<number> {
    const places = this.existing(keys);
    for (const place of places) place.failures += 1;
    return places[0]?.failures ?? 0;
  }

  async block(keys: readonly ChallengeKey[], until: number): Promise<void> {
    for (const place of this.existing(keys)) place.blockedUntil = Math.max(place.blockedUntil, until);
  }

  async consume({ key, challengeId, others }: MatchedCode): Promise<boolean> {
    if (!this.places.has(key) || this.claims.has(challengeId)) return false;
    this.claims.add(challengeId);
    await this.clear([key, ...others]);
    return true;
  }

  async clear(keys: readonly ChallengeKey[]): Promise<void> {
    for (const key of keys) this.places.delete(key);
  }

  private put(key: ChallengeKey, challenge: ChallengeRecord | null): void {
    const { failures = 0, blockedUntil = 0 } = this.places.get(key) ?? {};
    this.places.set(key, { challenge, tries: 0, failures, blockedUntil });
  }

  /** All of them or, as in one commit with preconditions, none. */
  private existing(keys: readonly ChallengeKey[]): Place[] {
    const places = keys.flatMap((key) => this.places.get(key) ?? []);
    return places.length === keys.length ? places : [];
  }
}
