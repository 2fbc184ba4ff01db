import type { ChallengeKey, ChallengeRecord, MatchedCode, TryCount } from './challenge-record.js';

/** Port: where codes and their counts live. Every method `@throws UnavailableError` when the store is down or slow. */
export interface ChallengeStore {
  /**
   * Puts a new code in place of whatever is there, with no tries used, and makes the one at its sibling unusable, in one
   * commit. Failures and pauses of both places stay.
   */
  replace(key: ChallengeKey, challenge: ChallengeRecord): Promise<void>;
  /** The live or dead code of a place; null when none was ever sent, or it was consumed or made unusable. */
  find(key: ChallengeKey): Promise<ChallengeRecord | null>;
  /** Counts a try in one atomic write. null when there is nothing to try. */
  countTry(key: ChallengeKey): Promise<TryCount | null>;
  /** Adds one failure at each place, in one commit. Answers the new number at the first. */
  addFailure(keys: readonly ChallengeKey[]): Promise<number>;
  /** Extends the pause of each place to at least `until` (milliseconds since the epoch). */
  block(keys: readonly ChallengeKey[], until: number): Promise<void>;
  /**
   * Claims a code by its challengeId and removes it, with its failures and those of the other places, in one commit. Of
   * any number of callers, ever, one is answered true: it alone may do what the code stands for. False as well when
   * nothing is at the place any more.
   */
  consume(code: MatchedCode): Promise<boolean>;
  /** Removes whatever is at these places. */
  clear(keys: readonly ChallengeKey[]): Promise<void>;
}
