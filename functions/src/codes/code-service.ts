import { randomBytes, randomInt } from 'node:crypto';
import type { Contact, ContactKind } from '../contacts/contact.js';
import { TEST_CODE } from '../contacts/test-contact.js';
import { DeliveryFailedError, InvalidCodeError, LockedOutError } from '../errors/gatehouse-error.js';
import type { Pool } from '../identity/pool.js';
import { type Clock, SECOND_MS } from '../lib/clock.js';
import { keyedId } from '../lib/crypto.js';
import type { Keyring } from '../lib/keyring.js';
import { BACK_OFF_CEILING_MS, backOffMs, FAILURE_CEILING, lockoutStanding } from '../limits/lockout-policy.js';
import type {
  ChallengeKey,
  ChallengePurpose,
  ChallengeRecord,
  IssuedCode,
  MatchedCode,
  TryCount,
} from './challenge-record.js';
import type { ChallengeStore } from './challenge-store.js';
import { codeMatches, computeMac, generateCode } from './code-mac.js';
import { CLAIM_MEMORY_MS, FAILURE_MEMORY_MS, TRIES_PER_CODE } from './code-policy.js';

interface CodeServiceDependencies {
  readonly challenges: ChallengeStore;
  readonly clock: Clock;
  readonly peppers: Keyring;
  readonly indexKey: Buffer;
}

/** What a code is asked for, or tried for. */
export interface CodeContext {
  readonly pool: Pool;
  readonly purpose: ChallengePurpose;
  /** Whose one live code this is: a contact where the uid is not known before the code is read, otherwise a uid. */
  readonly subject: string;
  /** By which the user asks for the code, and brings it. */
  readonly contact: Contact;
  /** Its code is known to everybody, and wrong ones pause nobody; all else holds. */
  readonly isTestContact?: boolean;
}

export interface CodeRequest extends CodeContext {
  readonly uid: string;
  /** What whoever brings the code has shown to have; `contact` unless given. */
  readonly proves?: ContactKind | null;
  /** The other subject of the same user: its code dies with this one, and failures count for both. */
  readonly siblingSubject?: string;
  /** The other subject surely has no code that lives: there is nothing to make unusable. */
  readonly isSiblingIdle?: boolean;
  /** Greater than that of every earlier code of the user; the clock's unless given. */
  readonly sequence?: number;
  readonly length: number;
  readonly lifetimeSeconds: number;
}

/**
 * Codes: count, compare, consume. Each try takes an ordinal in one atomic write before anything is compared, so that
 * parallel guesses can't share one; whoever first creates the claim of a right code, in the commit that removes it, wins.
 */
export class CodeService {
  constructor(private readonly deps: CodeServiceDependencies) {}

  /**
   * Makes the one live code, stores its MAC and delivers it at the same time. A code that surely reaches nobody does not
   * stay. @throws what `deliver` throws, UnavailableError
   */
  async issue<T>(request: CodeRequest, deliver: (issued: IssuedCode) => Promise<T>): Promise<T> {
    const code = request.isTestContact ? TEST_CODE : generateCode(request.length);
    const { key, challenge } = this.draft(request, code);
    const issued = { code, place: key, sequence: challenge.sequence };
    const storing = this.deps.challenges.replace(key, challenge, request.isSiblingIdle);
    const [stored, delivered] = await Promise.allSettled([storing, deliver(issued)]);
    if (stored.status === 'rejected') throw stored.reason;
    if (delivered.status === 'fulfilled') return delivered.value;
    const mayArrive = delivered.reason instanceof DeliveryFailedError && delivered.reason.mayArrive;
    if (!mayArrive) await this.deps.challenges.void(key, challenge.sequence);
    throw delivered.reason;
  }

  /** @throws InvalidCodeError, LockedOutError, UnavailableError */
  async check(context: CodeContext, code: string): Promise<MatchedCode> {
    const key = this.key(context, context.subject);
    const [count, challenge] = await Promise.all([this.deps.challenges.countTry(key), this.deps.challenges.find(key)]);
    if (count === null || challenge === null) throw new InvalidCodeError();
    this.assertMayCompare(count, challenge);
    if (!context.isTestContact) this.assertNotPaused(count);
    const binding = { poolId: context.pool.id, purpose: context.purpose, contact: context.contact };
    const siblings = challenge.sibling === null ? [] : [challenge.sibling];
    if (!codeMatches(this.deps.peppers, challenge, binding, code)) {
      if (!context.isTestContact) await this.recordFailure([key, ...siblings], challenge.purgeAt);
      throw new InvalidCodeError();
    }
    const { challengeId, uid, proves, expiresAt } = challenge;
    const claimUntil = new Date(expiresAt.getTime() + CLAIM_MEMORY_MS);
    return { key, challengeId, uid, proves, claimUntil, others: count.failures > 0 ? siblings : [] };
  }

  /** Takes the code for good. False when somebody was first. */
  consume(matched: MatchedCode): Promise<boolean> {
    return this.deps.challenges.consume(matched);
  }

  /** Ends the codes of these subjects; a login that is between its code and its session ends with them. */
  async clear(pool: Pool, purpose: ChallengePurpose, subjects: readonly string[]): Promise<void> {
    await this.deps.challenges.clear(subjects.map((subject) => this.key({ pool, purpose }, subject)));
  }

  /** Ends the code of a subject, but not the memory of its failures: whoever guesses goes on being paused. */
  async void(pool: Pool, purpose: ChallengePurpose, subject: string): Promise<void> {
    await this.deps.challenges.void(this.key({ pool, purpose }, subject), this.deps.clock.now());
  }

  private draft(request: CodeRequest, code: string): { key: ChallengeKey; challenge: ChallengeRecord } {
    const { pool, purpose, uid, contact, proves = contact.kind, siblingSubject } = request;
    const now = this.deps.clock.now();
    const challengeId = randomBytes(16).toString('hex');
    const { version, key: pepper } = this.deps.peppers.current;
    const challenge: ChallengeRecord = {
      challengeId,
      serial: randomInt(1, 2 ** 48 - 1),
      sequence: request.sequence ?? now,
      uid,
      proves,
      mac: computeMac(pepper, { poolId: pool.id, purpose, uid, contact, challengeId }, code).toString('base64url'),
      pepperVersion: version,
      sibling: siblingSubject === undefined ? null : this.key(request, siblingSubject),
      expiresAt: new Date(now + request.lifetimeSeconds * SECOND_MS),
      purgeAt: new Date(now + FAILURE_MEMORY_MS),
    };
    return { key: this.key(request, request.subject), challenge };
  }

  /** A code that is dead anyway is answered as wrong; a pause shows only where a live code would have been compared. */
  private assertMayCompare(count: TryCount, challenge: ChallengeRecord): void {
    // Counted for the code before this one, which was replaced while we read.
    if (count.serial !== challenge.serial) throw new InvalidCodeError();
    if (count.ordinal > TRIES_PER_CODE) throw new InvalidCodeError();
    if (challenge.expiresAt.getTime() <= this.deps.clock.now()) throw new InvalidCodeError();
  }

  private assertNotPaused({ failures, blockedUntil }: TryCount): void {
    const now = this.deps.clock.now();
    if (failures >= FAILURE_CEILING) throw lockedOut(BACK_OFF_CEILING_MS);
    if (blockedUntil > now) throw lockedOut(blockedUntil - now);
  }

  private async recordFailure(keys: readonly ChallengeKey[], purgeAt: Date): Promise<void> {
    const failures = await this.deps.challenges.addFailure(keys, purgeAt);
    const pause = backOffMs(failures);
    if (pause > 0) await this.deps.challenges.block(keys, this.deps.clock.now() + pause);
  }

  private key({ pool, purpose }: Pick<CodeContext, 'pool' | 'purpose'>, subject: string): ChallengeKey {
    return keyedId(this.deps.indexKey, ['challenge', pool.id, purpose, subject]) as ChallengeKey;
  }
}

function lockedOut(waitMs: number): LockedOutError {
  return new LockedOutError(lockoutStanding('code_failures', waitMs));
}
