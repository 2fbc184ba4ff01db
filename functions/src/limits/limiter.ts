import { RateLimitedError } from '../errors/gatehouse-error.js';
import { ignoreOutage } from '../errors/ignore-outage.js';
import { type Clock, DAY_MS } from '../lib/clock.js';
import { JointChanges } from './joint-changes.js';
import {
  type ExactLimitName,
  LIMIT_PERIOD_MS,
  type LimitSettings,
  REFUSAL_MEMORY_MS,
  UNSURE_REFUSAL_MEMORY_MS,
  type WindowLimit,
  windowsOf,
} from './limit-policy.js';
import { noteStandings, standingOf, windowEnd } from './limit-standing.js';
import { type CountChange, type CountResult, type LimitKey, type LimitStore, limitKey } from './limit-store.js';
import { Refusals } from './refusals.js';
import { UnsettledCounts } from './unsettled-counts.js';

/** Who or what is counted: all of its counters are fields of one document. */
export interface LimitSubject {
  readonly id: readonly string[];
  readonly settings?: LimitSettings | null | undefined;
  /** Of whom nothing is counted, and nothing refused. */
  readonly isExempt?: boolean;
}

/** One limit of a subject. `scope` is the part of the subject that it counts, such as a client or a channel. */
export interface LimitUse {
  readonly limit: ExactLimitName;
  readonly scope?: string;
}

interface SubjectWindow extends WindowLimit {
  readonly use: LimitUse;
  readonly field: string;
}

interface CountedWindow extends SubjectWindow {
  readonly count: number;
}

/** What was counted, to act on and to give some of it back. */
export interface Count {
  readonly subject: LimitSubject;
  readonly at: number;
  readonly windows: readonly CountedWindow[];
  /** What the other counters came to that were asked for. */
  readonly others: readonly number[];
  /** Fields whose use may yet be given back. */
  readonly unsettled: Set<string>;
}

/** What giving back came to. */
export interface Returned {
  /** Of each window that was given back, as the document has it. */
  readonly counts: readonly number[];
  /** The same without what others may give back yet. */
  readonly left: readonly number[];
  readonly version: string;
}

/** Of what could not be given back, or whose answer was lost. */
const UNKNOWN: Returned = { counts: [], left: [], version: '' };

interface LimiterDependencies {
  readonly limits: LimitStore;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/**
 * Exact limits. Counts before the work is done, in one write for all windows of all limits of one subject, so that
 * parallel requests are each given their own ordinal and exactly as many as allowed get through. What is known to be full
 * is refused from memory: a flood costs no writes.
 */
export class Limiter {
  private readonly refusals: Refusals;
  private readonly unsettled = new UnsettledCounts();
  private readonly joint: JointChanges;

  constructor(private readonly deps: LimiterDependencies) {
    this.refusals = new Refusals(deps.clock);
    this.joint = new JointChanges(deps.limits);
  }

  /** @throws RateLimitedError when any window is full. @throws UnavailableError */
  async reserve(subject: LimitSubject, uses: readonly LimitUse[]): Promise<Count> {
    this.assertOpen(subject, uses);
    const count = await this.count(subject, uses);
    await this.admit(count, uses);
    this.tell(count, uses);
    return count;
  }

  /** Refuses what is known here to be full, without a write. @throws RateLimitedError */
  assertOpen(subject: LimitSubject, uses: readonly LimitUse[]): void {
    const at = this.deps.clock.now();
    const full = windowsAt(subject, uses, at).filter((window) => this.refusedUntil(subject, refusalOf(window)) > at);
    if (full.length > 0) throw rateLimited(full, at);
  }

  /**
   * Counts one of each use and changes other counters of the subject with it, and leaves it to the caller what follows:
   * each use is to be admitted or given back. @throws UnavailableError
   */
  async count(subject: LimitSubject, uses: readonly LimitUse[], others: readonly CountChange[] = []): Promise<Count> {
    const at = this.deps.clock.now();
    const windows = windowsAt(subject, uses, at).map((window) => ({ ...window, count: 0 }));
    const begun: Count = { subject, at, windows, others: [], unsettled: new Set(windows.map(({ field }) => field)) };
    for (const field of begun.unsettled) this.unsettled.begin(this.counter(subject, at, field));
    try {
      const changes = [...windows.map(({ field }) => ({ field, add: 1 })), ...others];
      const { counts } = await this.change(subject, at, changes);
      const counted = windows.map((window, index) => ({ ...window, count: counts[index] ?? 0 }));
      return { ...begun, windows: counted, others: counts.slice(windows.length) };
    } catch (error) {
      this.settle(begun, windows);
      throw error;
    }
  }

  /**
   * Gives the whole count back, and says so to `onReturned`, and refuses when one of these uses is over its limit.
   * @throws RateLimitedError
   */
  async admit(
    count: Count,
    uses: readonly LimitUse[],
    onReturned?: (returned: Returned) => Promise<void>,
  ): Promise<void> {
    const asked = windowsOfUses(count, uses);
    const over = asked.filter((window) => window.count > window.limit);
    if (over.length === 0) return this.settle(count, asked);
    const returned = await this.giveBack(count);
    await onReturned?.(returned);
    this.refuse(count, over, returned);
  }

  /** Tells the caller where it stands with these uses. */
  tell(count: Count, uses: readonly LimitUse[]): void {
    noteStandings(windowsOfUses(count, uses).map((window) => standingOf(window, window.count, count.at)));
  }

  /**
   * Undoes uses whose work was not done, and answers what is surely left of the windows. Losing this write leaves the limit
   * stricter, never looser, and is no reason to answer the caller anything else.
   */
  async giveBack(count: Count): Promise<Returned> {
    const { subject, at, windows } = count;
    const counters = windows.map(({ field }) => this.counter(subject, at, field));
    try {
      const changes = windows.map(({ field }) => ({ field, add: -1 }));
      const { counts, version } = await this.change(subject, at, changes);
      const left = counters.map((counter, index) => this.unsettled.withoutOthers(counter, counts[index] ?? 0));
      return { counts, left, version };
    } catch (error) {
      ignoreOutage(error);
      return UNKNOWN;
    } finally {
      this.settle(count, windows);
    }
  }

  /** Changes counters of a subject that were counted at `at`. */
  async change(subject: LimitSubject, at: number, changes: readonly CountChange[]): Promise<CountResult> {
    if (subject.isExempt) return { counts: changes.map(() => 0), version: '' };
    const purgeAt = new Date(at + LIMIT_PERIOD_MS + DAY_MS);
    return this.joint.change({ key: this.key(subject, at), changes, purgeAt });
  }

  /** What `begin` counts before it first waits for anything is counted in one commit. */
  together<T>(begin: () => T): T {
    return this.joint.together(begin);
  }

  /** Removes counters and uses of a subject; instances go on refusing from memory what was full. */
  async forget(subject: LimitSubject, fields: readonly string[], uses: readonly LimitUse[] = []): Promise<void> {
    const now = this.deps.clock.now();
    const removed = [...fields, ...windowsAt(subject, uses, now).map(({ field }) => field)];
    await this.deps.limits.forget(this.key(subject, now), removed);
  }

  /** Removes counters that nobody has changed since. */
  async forgetUnchanged({ subject, at }: Count, fields: readonly string[], { version }: Returned): Promise<void> {
    await this.deps.limits.forget(this.key(subject, at), fields, version);
  }

  /** Asks the database again about a subject, here at once and on other instances within `REFUSAL_MEMORY_MS`. */
  forgetRefusals(subject: LimitSubject): void {
    this.refusals.forget(this.key(subject, this.deps.clock.now()));
  }

  /** Until when this instance refuses by itself; 0 when it does not. */
  refusedUntil(subject: LimitSubject, field: string): number {
    if (subject.isExempt) return 0;
    return this.refusals.until(this.counter(subject, this.deps.clock.now(), field));
  }

  /** Refuses from memory until then, but not for longer than an unlocking elsewhere may take to get here. */
  refuseUntil(subject: LimitSubject, field: string, until: number, memoryMs = REFUSAL_MEMORY_MS): void {
    this.refusals.add(this.counter(subject, this.deps.clock.now(), field), until, memoryMs);
  }

  /**
   * After everything was given back: a refused request must not use up the longer windows. Where no window is surely full
   * but for what others may yet give back, it is the shortest for the moment.
   */
  private refuse({ subject, at, windows }: Count, over: readonly CountedWindow[], { left }: Returned): never {
    const surely = over.filter((window) => (left[windows.indexOf(window)] ?? 0) >= window.limit);
    const full = surely.length > 0 ? surely : [...over].sort((a, b) => a.windowMs - b.windowMs).slice(0, 1);
    const memoryMs = surely.length > 0 ? REFUSAL_MEMORY_MS : UNSURE_REFUSAL_MEMORY_MS;
    for (const window of full) this.refuseUntil(subject, refusalOf(window), windowEnd(window, at), memoryMs);
    throw rateLimited(full, at);
  }

  private settle({ subject, at, unsettled }: Count, windows: readonly SubjectWindow[]): void {
    for (const { field } of windows)
      if (unsettled.delete(field)) this.unsettled.settle(this.counter(subject, at, field));
  }

  private counter(subject: LimitSubject, at: number, field: string): string {
    return `${this.key(subject, at)}/${field}`;
  }

  /** One document per subject and period; each window of the period is a field of it. */
  private key({ id }: LimitSubject, at: number): LimitKey {
    return limitKey(this.deps.indexKey, ['limit', ...id, String(Math.floor(at / LIMIT_PERIOD_MS))]);
  }
}

function windowsOfUses({ windows }: Count, uses: readonly LimitUse[]): readonly CountedWindow[] {
  return windows.filter(({ use }) => uses.includes(use));
}

function windowsAt({ settings, isExempt }: LimitSubject, uses: readonly LimitUse[], at: number): SubjectWindow[] {
  if (isExempt) return [];
  return uses.flatMap((use) =>
    windowsOf(use.limit, settings).map((window) => {
      const field = `${window.name}_${Math.floor(at / window.windowMs)}`;
      return { ...window, use, field: use.scope === undefined ? field : `${use.scope}.${field}` };
    }),
  );
}

/** Orgs that count together need not have the same limit: what is full for one may be open for another. */
function refusalOf({ field, limit }: SubjectWindow): string {
  return `${field}/${limit}`;
}

function rateLimited(full: readonly WindowLimit[], at: number): RateLimitedError {
  return new RateLimitedError(full.map((window) => standingOf(window, window.limit, at)));
}
