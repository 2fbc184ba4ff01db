import { LRUCache } from 'lru-cache';
import { RateLimitedError } from '../errors/gatehouse-error.js';
import { type Clock, SECOND_MS } from '../lib/clock.js';
import { LOCAL_SUBJECTS, UNSURE_REFUSAL_MEMORY_MS } from '../limits/limit-policy.js';
import { standingOf } from '../limits/limit-standing.js';
import type { Limiter, LimitSubject } from '../limits/limiter.js';
import { PREFIX_BREAKER, PREFIX_FLAG_MS } from './delivery-policy.js';
import type { Sender } from './message.js';
import { prefixOf } from './sms-policy.js';

/**
 * A block of numbers, as one side counts it: all partners together. The main app, where anybody may ask for codes, apart:
 * nobody who signs up there keeps text messages from partners' users.
 */
export interface WatchedPrefix {
  readonly side: 'orgs' | 'main';
  readonly digits: string;
}

interface PrefixBreakerDependencies {
  readonly limiter: Limiter;
  readonly clock: Clock;
}

/** What this instance may send to one prefix, counted already. */
interface Permits {
  left: number;
  /** The clock hour that they were counted in. */
  hour: number;
  /** Until when nothing goes there, as far as is known now; milliseconds since the epoch. */
  stoppedUntil: number;
  /** When the shared counts are to be asked again; what has stopped a prefix may have passed sooner than it seemed. */
  askAgainAt: number;
  asking: Promise<void> | null;
}

const SIDES: readonly WatchedPrefix['side'][] = ['orgs', 'main'];
const FLAGGED_UNTIL = 'flaggedUntil';
const { freeSends, leaseSize, minUsedShare, windowMs } = PREFIX_BREAKER;
const WINDOW = { name: 'sms_prefix', limit: freeSends, ceiling: freeSends, windowMs: 2 * windowMs };

/**
 * Stops text messages to a block of numbers when hardly anybody there uses the codes: somebody is paid for the traffic.
 * Sends of this clock hour and the one before count, over all orgs, so that no attack gets a fresh start at the full hour.
 * An instance takes a few permits in one write before it knows whether it needs them: what does not become a message uses
 * none up, however much there is of it.
 */
export class PrefixBreaker {
  private readonly permits = new LRUCache<string, Permits>({ max: LOCAL_SUBJECTS });

  constructor(private readonly deps: PrefixBreakerDependencies) {}

  /** Asks for permits where there are none, beside the check of a password, and uses none. @throws UnavailableError */
  async prepare(prefix: WatchedPrefix): Promise<void> {
    const permits = this.permitsOf(prefix);
    if (permits.left === 0 && !this.isStopped(permits)) await this.ask(prefix, permits);
  }

  /** Uses one permit. @throws RateLimitedError while nothing is to go there, UnavailableError */
  async take(prefix: WatchedPrefix): Promise<void> {
    const permits = this.permitsOf(prefix);
    while (permits.left === 0) {
      if (this.isStopped(permits)) throw this.refusal(permits);
      await this.ask(prefix, permits);
    }
    permits.left -= 1;
  }

  /** Of a message that was not sent after all. What was stopped meanwhile stays so. */
  giveBack(prefix: WatchedPrefix): void {
    const permits = this.permitsOf(prefix);
    if (permits.stoppedUntil <= this.deps.clock.now()) permits.left += 1;
  }

  /** Somebody has used a code that was sent there. */
  async noteUse(prefix: WatchedPrefix): Promise<void> {
    const at = this.deps.clock.now();
    await this.deps.limiter.change(subjectOf(prefix), at, [{ field: `used_${hourOf(at)}`, add: 1 }]);
  }

  /** The provider says that the numbers around are pumped, or that it does not send there: whoever asks for it. */
  async flag(number: string): Promise<void> {
    await Promise.all(SIDES.map((side) => this.stop({ side, digits: prefixOf(number) })));
  }

  private async stop(prefix: WatchedPrefix): Promise<void> {
    const at = this.deps.clock.now();
    Object.assign(this.permitsOf(prefix), { left: 0, stoppedUntil: at + PREFIX_FLAG_MS, askAgainAt: at });
    await this.deps.limiter.change(subjectOf(prefix), at, [{ field: FLAGGED_UNTIL, atLeast: at + PREFIX_FLAG_MS }]);
  }

  private permitsOf({ side, digits }: WatchedPrefix): Permits {
    const hour = hourOf(this.deps.clock.now());
    const known = this.permits.get(side + digits);
    if (known?.hour === hour) return known;
    const fresh = { left: 0, hour, stoppedUntil: 0, askAgainAt: 0, asking: null };
    this.permits.set(side + digits, fresh);
    return fresh;
  }

  private isStopped({ stoppedUntil, askAgainAt }: Permits): boolean {
    const at = this.deps.clock.now();
    return stoppedUntil > at && askAgainAt > at;
  }

  private ask(prefix: WatchedPrefix, permits: Permits): Promise<void> {
    permits.asking ??= this.lease(prefix, permits).finally(() => {
      permits.asking = null;
    });
    return permits.asking;
  }

  /** Counts some sends before they are made, and gives back those that are not to be. */
  private async lease(prefix: WatchedPrefix, permits: Permits): Promise<void> {
    const { limiter, clock } = this.deps;
    const at = clock.now();
    const { hour } = permits;
    const { counts } = await limiter.change(subjectOf(prefix), at, [
      { field: `sent_${hour}`, add: leaseSize },
      { field: `sent_${hour - 1}`, add: 0 },
      { field: `used_${hour}`, add: 0 },
      { field: `used_${hour - 1}`, add: 0 },
      { field: FLAGGED_UNTIL, atLeast: 0 },
    ]);
    const [sent = 0, sentBefore = 0, used = 0, usedBefore = 0, flaggedUntil = 0] = counts;
    const granted = flaggedUntil > at ? 0 : grantOf(sent + sentBefore, used + usedBefore);
    permits.left += granted;
    if (granted < leaseSize)
      await limiter.change(subjectOf(prefix), at, [{ field: `sent_${hour}`, add: granted - leaseSize }]);
    if (granted > 0) return;
    const pumpedUntil = (hour + (grantOf(sent, used) === 0 ? 2 : 1)) * windowMs;
    permits.stoppedUntil = flaggedUntil > at ? flaggedUntil : pumpedUntil;
    // For the moment: others may give back what they have asked for beside it, or use their codes.
    permits.askAgainAt = clock.now() + UNSURE_REFUSAL_MEMORY_MS;
  }

  private refusal({ stoppedUntil }: Permits): RateLimitedError {
    const at = this.deps.clock.now();
    const resetSeconds = Math.ceil((stoppedUntil - at) / SECOND_MS);
    return new RateLimitedError([{ ...standingOf(WINDOW, WINDOW.limit, at), resetSeconds }]);
  }
}

/** How many of the last `leaseSize` of these sends may be made. */
function grantOf(sent: number, used: number): number {
  if (used >= sent * minUsedShare) return leaseSize;
  return Math.min(leaseSize, Math.max(0, freeSends - (sent - leaseSize)));
}

export function watchedPrefix({ orgId }: Pick<Sender, 'orgId'>, number: string): WatchedPrefix {
  return { side: orgId === null ? 'main' : 'orgs', digits: prefixOf(number) };
}

function subjectOf({ side, digits }: WatchedPrefix): LimitSubject {
  return { id: ['prefix', side, digits] };
}

function hourOf(at: number): number {
  return Math.floor(at / windowMs);
}
