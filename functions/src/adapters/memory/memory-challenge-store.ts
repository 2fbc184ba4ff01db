import type { ChallengeKey, ChallengeRecord, MatchedCode, TryCount } from '../../codes/challenge-record.js';
import type { ChallengeStore } from '../../codes/challenge-store.js';

interface Place {
  challenge: ChallengeRecord | null;
  tries: number;
  failures: number;
  blockedUntil: number;
  voidedUpTo: number;
}

export class MemoryChallengeStore implements ChallengeStore {
  private readonly places = new Map<ChallengeKey, Place>();
  private readonly claims = new Set<string>();

  async replace(key: ChallengeKey, challenge: ChallengeRecord, isSiblingIdle = false): Promise<void> {
    Object.assign(this.place(key), { challenge, tries: 0 });
    if (challenge.sibling !== null && !isSiblingIdle) raise(this.place(challenge.sibling), challenge.sequence);
  }

  async void(key: ChallengeKey, sequence: number): Promise<void> {
    for (const place of this.existing([key])) raise(place, sequence);
  }

  async find(key: ChallengeKey): Promise<ChallengeRecord | null> {
    const { challenge = null, voidedUpTo = -1 } = this.places.get(key) ?? {};
    return challenge === null || voidedUpTo >= challenge.sequence ? null : challenge;
  }

  async isOver(key: ChallengeKey, sequence: number): Promise<boolean> {
    const { challenge, voidedUpTo = -1 } = this.places.get(key) ?? {};
    return (challenge?.sequence ?? -1) > sequence || voidedUpTo >= sequence;
  }

  async countTry(key: ChallengeKey): Promise<TryCount | null> {
    const place = this.places.get(key);
    if (place === undefined) return null;
    place.tries += 1;
    const serial = place.challenge?.serial ?? 0;
    return { ordinal: place.tries, serial, failures: place.failures, blockedUntil: place.blockedUntil };
  }

  async addFailure([key, ...others]: readonly ChallengeKey[]): Promise<number> {
    const [first] = key === undefined ? [] : this.existing([key]);
    if (first === undefined) return 0;
    for (const place of [first, ...others.map((other) => this.place(other))]) place.failures += 1;
    return first.failures;
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

  private place(key: ChallengeKey): Place {
    const place = this.places.get(key) ?? { challenge: null, tries: 0, failures: 0, blockedUntil: 0, voidedUpTo: -1 };
    this.places.set(key, place);
    return place;
  }

  /** All of them or, as in one commit with preconditions, none. */
  private existing(keys: readonly ChallengeKey[]): Place[] {
    const places = keys.flatMap((key) => this.places.get(key) ?? []);
    return places.length === keys.length ? places : [];
  }
}

function raise(place: Place, sequence: number): void {
  place.voidedUpTo = Math.max(place.voidedUpTo, sequence);
}
