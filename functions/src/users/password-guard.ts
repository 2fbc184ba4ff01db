import type { Contact } from '../contacts/contact.js';
import { isTestContact } from '../contacts/test-contact.js';
import { LockedOutError } from '../errors/gatehouse-error.js';
import { ignoreOutage } from '../errors/ignore-outage.js';
import type { Pool } from '../identity/pool.js';
import { clientName } from '../lib/client-name.js';
import type { Clock } from '../lib/clock.js';
import type { CountChange } from '../limits/limit-store.js';
import type { Count, Limiter, LimitSubject, LimitUse, Returned } from '../limits/limiter.js';
import { BACK_OFF_CEILING_MS, backOffMs, FAILURE_CEILING, lockoutStanding } from '../limits/lockout-policy.js';
import { type PoolOwner, poolOf } from '../orgs/pool-owner.js';
import type { ClientInfo } from '../sessions/session-record.js';

interface PasswordGuardDependencies {
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** An account as one client tries it. */
export interface GuardedAccount {
  readonly subject: LimitSubject;
  /** Where the client's own counters stand below the account's. */
  readonly client: string;
  readonly tries: readonly LimitUse[];
}

/** A try that is counted, before its password is known to be right. */
export interface CountedTry {
  readonly account: GuardedAccount;
  readonly count: Count;
  /** What the noted marks came to, in order. */
  readonly noted: readonly number[];
}

/** Of the whole account, from whichever client. */
const FAILURES = 'failures';
const ACCOUNT_TRIES: LimitUse = { limit: 'password_tries' };

/**
 * Password failures of an account: a client that fails is paused from the fifth failure in a row on, twice as long each
 * time; at a hundred in a row, from anywhere, nobody gets in until a reset or an admin unlocks the account. Who has no
 * account is counted alike. The account is known by its email, whatever contact was given.
 */
export class PasswordGuard {
  constructor(private readonly deps: PasswordGuardDependencies) {}

  /** `given` is the contact that somebody named the account by. */
  account(owner: PoolOwner, account: string, { address }: ClientInfo, given?: Contact): GuardedAccount {
    const client = `clients.c${clientName(this.deps.indexKey, address)}`;
    const tries = [ACCOUNT_TRIES, { limit: 'client_password_tries', scope: client }] as const;
    const isExempt = given !== undefined && isTestContact(owner, given);
    const subject = { ...accountSubject(poolOf(owner).id, account), settings: owner.settings.limits, isExempt };
    return { subject, client, tries };
  }

  /** Refuses from memory, before anything is asked of a backend. @throws LockedOutError, RateLimitedError */
  private assertOpen({ subject, client, tries }: GuardedAccount): void {
    const until = Math.max(...[FAILURES, client].map((field) => this.deps.limiter.refusedUntil(subject, field)));
    const wait = until - this.deps.clock.now();
    if (wait > 0) throw lockedOut(wait);
    this.deps.limiter.assertOpen(subject, tries);
  }

  /**
   * Counts the try while the password is being checked, and notes marks of the account with it. A try of which nothing
   * could be learnt does not count. @throws LockedOutError, RateLimitedError from memory, UnavailableError
   */
  async checking<T>(
    account: GuardedAccount,
    marks: readonly CountChange[],
    check: () => Promise<T>,
  ): Promise<{ tried: CountedTry; check: T }> {
    this.assertOpen(account);
    // What `check` counts is counted with it: of many tries at once, those that come first here come first there.
    const [counting, checking] = this.deps.limiter.together(() => [this.count(account, marks), check()] as const);
    const [counted, checked] = await Promise.allSettled([counting, checking]);
    if (counted.status === 'fulfilled' && checked.status === 'rejected')
      await this.deps.limiter.giveBack(counted.value.count);
    return { tried: await counting, check: await checking };
  }

  private async count(account: GuardedAccount, marks: readonly CountChange[]): Promise<CountedTry> {
    const { subject, client, tries } = account;
    const own = [
      { field: FAILURES, add: 0 },
      { field: `${client}.failures`, add: 0 },
      { field: `${client}.pausedUntil`, atLeast: 0 },
    ];
    const count = await this.deps.limiter.count(subject, tries, [...own, ...marks]);
    return { account, count, noted: count.others.slice(own.length) };
  }

  /** @throws LockedOutError, RateLimitedError when the try must not tell whether its password was right. */
  async admit(tried: CountedTry): Promise<void> {
    const { subject, client } = tried.account;
    const { count } = tried;
    const [failures = 0, , pausedUntil = 0] = count.others;
    const ceiling = failures >= FAILURE_CEILING;
    const wait = ceiling ? BACK_OFF_CEILING_MS : pausedUntil - count.at;
    const onReturned = (returned: Returned) => this.tidy(tried, returned);
    if (wait <= 0) return this.deps.limiter.admit(count, tried.account.tries, onReturned);
    await onReturned(await this.deps.limiter.giveBack(count));
    this.deps.limiter.refuseUntil(subject, ceiling ? FAILURES : client, count.at + wait);
    throw lockedOut(wait);
  }

  /** Of refused tries nothing is kept, so that the document has an end: thousands of clients, again and again, fill none. */
  private async tidy({ account: { client }, count }: CountedTry, returned: Returned): Promise<void> {
    const [, clientFailures = 0, pausedUntil = 0] = count.others;
    const ofClient = count.windows.filter(({ use }) => use.scope === client);
    const emptied = ofClient.filter((window) => returned.counts[count.windows.indexOf(window)] === 0);
    const isNew = clientFailures === 0 && pausedUntil === 0 && emptied.length === ofClient.length;
    const fields = isNew ? [client] : emptied.map(({ field }) => field);
    if (fields.length > 0) await this.deps.limiter.forgetUnchanged(count, fields, returned).catch(ignoreOutage);
  }

  /** Counts a wrong password, and pauses the client. @throws UnavailableError */
  async fail({ account: { subject, client }, count }: CountedTry): Promise<void> {
    const failing = [`${client}.failures`, FAILURES].map((field) => ({ field, add: 1 }));
    const { counts } = await this.deps.limiter.change(subject, count.at, failing);
    const [clientFailures = 0, failures = 0] = counts;
    const now = this.deps.clock.now();
    if (failures >= FAILURE_CEILING) this.deps.limiter.refuseUntil(subject, FAILURES, now + BACK_OFF_CEILING_MS);
    const pause = backOffMs(clientFailures);
    if (pause === 0) return;
    this.deps.limiter.refuseUntil(subject, client, now + pause);
    await this.deps.limiter.change(subject, count.at, [{ field: `${client}.pausedUntil`, atLeast: now + pause }]);
  }

  /** A right password ends the row of failures, of the account and of this client; other clients stay paused. */
  async succeed({ account: { subject, client }, count }: CountedTry): Promise<void> {
    const [failures = 0, clientFailures = 0] = count.others;
    if (failures === 0 && clientFailures === 0) return;
    await this.deps.limiter.forget(subject, [FAILURES, `${client}.failures`, `${client}.pausedUntil`]);
  }

  /** Forgets every failure and try of an account. @throws UnavailableError */
  async unlock(pool: Pool, account: string): Promise<void> {
    const subject = accountSubject(pool.id, account);
    await this.deps.limiter.forget(subject, [FAILURES, 'clients'], [ACCOUNT_TRIES]);
    this.deps.limiter.forgetRefusals(subject);
  }
}

function accountSubject(poolId: Pool['id'], account: string): LimitSubject {
  return { id: ['account', poolId, account] };
}

function lockedOut(waitMs: number): LockedOutError {
  return new LockedOutError(lockoutStanding('password_failures', waitMs));
}
