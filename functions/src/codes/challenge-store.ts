import type { ChallengeKey, ChallengeRecord, MatchedCode, TryCount } from './challenge-record.js';

/** Port: where codes and their counts live. Every method `@throws UnavailableError` when the store is down or slow. */
export interface ChallengeStore {
  /**
   * Puts a new code in place of whatever is there, with no tries used, and voids its sibling up to its sequence, in one
   * commit; an idle sibling is left alone. Failures, pauses and voids of both places stay.
   */
  replace(key: ChallengeKey, challenge: ChallengeRecord, isSiblingIdle?: boolean): Promise<void>;
  /** Makes codes of a place up to this sequence unusable, also those that are still to come. Failures and pauses stay. */
  void(key: ChallengeKey, sequence: number): Promise<void>;
  /** The live or dead code of a place; null when none was ever sent, or it was consumed or voided. */
  find(key: ChallengeKey): Promise<ChallengeRecord | null>;
  /** Whether a place was voided up to this sequence, or has a code with a greater one. False where there is nothing. */
  isOver(key: ChallengeKey, sequence: number): Promise<boolean>;
  /** Counts a try in one atomic write. null when there is nothing to try. */
  countTry(key: ChallengeKey): Promise<TryCount | null>;
  /**
   * Adds one failure at each place, in one commit, and answers the new number at the first. Others that are not there are
   * made, until `purgeAt`: an idle sibling shares the failures as well. When the first is gone, nothing happens: 0.
   */
  addFailure(keys: readonly ChallengeKey[], purgeAt: Date): Promise<number>;
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
