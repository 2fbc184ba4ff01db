import type { ContactKind } from '../contacts/contact.js';
import type { Brand } from '../lib/brand.js';

export const CHALLENGE_PURPOSES = ['login', 'password_reset', 'email_verification', 'phone_verification'] as const;
export type ChallengePurpose = (typeof CHALLENGE_PURPOSES)[number];

/** A keyed hash of pool, purpose and subject: the place of the one live code of that subject. */
export type ChallengeKey = Brand<'ChallengeKey'>;

/** A code that was sent. The code itself is not in here, only its MAC under a pepper that the database does not hold. */
export interface ChallengeRecord {
  /** 128 random bits, new with each code. */
  readonly challengeId: string;
  /** 48 random bits, new with each code: a try counted for one code is not used on the next. */
  readonly serial: number;
  /**
   * Grows with each code of a user. A code is unusable once its place was voided up to its sequence: commits that overtake
   * each other leave the code with the greatest alive, and no other.
   */
  readonly sequence: number;
  /** Whose code it is; a made-up uid when nobody has the contact. */
  readonly uid: string;
  /** The contact that it went to, which whoever brings it has; null where nobody knows to which of two it went. */
  readonly proves: ContactKind | null;
  /** base64url of an HMAC-SHA-256. */
  readonly mac: string;
  readonly pepperVersion: number;
  /** The other place of the same user and purpose, whose failures count together with these. */
  readonly sibling: ChallengeKey | null;
  readonly expiresAt: Date;
  /** When the document, and with it the memory of failures, may be deleted. */
  readonly purgeAt: Date;
}

/** A code on its way to its user. */
export interface IssuedCode {
  readonly code: string;
  /** Where its challenge is, or is about to be. */
  readonly place: ChallengeKey;
  readonly sequence: number;
}

/** What counting one try answers. */
export interface TryCount {
  /** Ordinal of this try at the current code, from 1; no two tries get the same. */
  readonly ordinal: number;
  /** Of the code that the try was counted for. */
  readonly serial: number;
  /** Wrong codes in a row before this try, over all codes. */
  readonly failures: number;
  /** No code is compared before this; milliseconds since the epoch, 0 for no pause. */
  readonly blockedUntil: number;
}

/** A code that was right. Whoever claims it first may act on it. */
export interface MatchedCode {
  readonly key: ChallengeKey;
  readonly challengeId: string;
  readonly uid: string;
  readonly proves: ContactKind | null;
  /** How long the claim is remembered. */
  readonly claimUntil: Date;
  /** Places whose failures end with the success; empty when there were none. */
  readonly others: readonly ChallengeKey[];
}
