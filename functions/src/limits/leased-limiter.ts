import { randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { OverloadedError, RateLimitedError, RequestInProgressError } from '../errors/gatehouse-error.js';
import { type Clock, DAY_MS } from '../lib/clock.js';
import {
  burstOf,
  LEASE_MAX_SHARE,
  LEASE_MIN,
  LEASE_MS,
  type LeasedLimitName,
  type LimitSettings,
  LOCAL_SUBJECTS,
  OVERLOAD_PAUSE_MS,
  type WindowLimit,
  windowsOf,
} from './limit-policy.js';
import { type LimitStanding, noteStandings, standingOf, windowEnd } from './limit-standing.js';
import { type LimitKey, type LimitStore, limitKey } from './limit-store.js';

/** What this instance holds of one subject's quota. */
interface Lease {
  readonly id: readonly string[];
  /** The window that `owed` and `total` belong to. */
  windowIndex: number;
  /** Uses in this window that are not in its shared counter yet. */
  owed: number;
  /** What the window's shared counter came to, as far as is known here; 0 before it was asked. */
  total: number;
  /** Uses that are paid for, in this window's counter or the one before. */
  permits: number;
  permitsUntil: number;
  /** When the traffic that the next lease goes by began, and how much there was. */
  since: number;
  used: number;
  refusedUntil: number;
  /** The limit that was found full: one that was raised since is asked for anew. */
  refusedLimit: number;
  /** Until when the shared counter is left alone, because it is written too often. */
  aloneUntil: number;
  /** Permits of this window that the shared counter was not asked for. */
  lent: number;
  lending: Promise<void> | null;
}

interface LeasedLimiterDependencies {
  readonly limits: LimitStore;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/**
 * Quotas that much traffic shares. An instance admits a first few uses of each window by itself and then takes permits
 * from the shared counter in batches that last for some seconds, so that no document is written often, and none at all for
 * those who ask seldom. Permits that are left are used on in the next window, so that instances do not all ask as it
 * begins, and are paid for again with the next batch: over a window at most `limit` gets through, and of every other
 * instance what it has not paid for yet.
 */
export class LeasedLimiter {
  private readonly leases = new LRUCache<string, Lease>({ max: LOCAL_SUBJECTS });

  constructor(private readonly deps: LeasedLimiterDependencies) {}

  /**
   * Answers where the caller stands by then, and tells it so.
   * @throws RateLimitedError when the quota is used up. @throws UnavailableError when it can't be counted.
   */
  async take(
    name: LeasedLimitName,
    id: readonly string[],
    settings?: LimitSettings | null,
  ): Promise<readonly LimitStanding[]> {
    const standings: LimitStanding[] = [];
    for (const window of windowsOf(name, settings))
      standings.push(await this.takeOf(window, burstOf(name), [name, ...id]));
    noteStandings(standings);
    return standings;
  }

  /** Of a use that did not come to anything: this instance may admit another in its place. */
  giveBack(name: LeasedLimitName, id: readonly string[]): void {
    const now = this.deps.clock.now();
    for (const window of windowsOf(name)) {
      const lease = this.lease(window, [name, ...id]);
      if (lease.total === 0) lease.owed = Math.max(0, lease.owed - 1);
      else if (lease.windowIndex === Math.floor(now / window.windowMs))
        Object.assign(lease, { permits: lease.permits + 1, refusedUntil: 0 });
    }
  }

  private async takeOf(window: WindowLimit, burst: number, id: readonly string[]): Promise<LimitStanding> {
    const lease = this.lease(window, id);
    for (;;) {
      const now = this.deps.clock.now();
      this.enterWindow(lease, window, now);
      if (lease.refusedUntil > now && lease.refusedLimit >= window.limit)
        throw new RateLimitedError([standingOf(window, window.limit, now)]);
      if (this.use(lease, Math.min(burst, window.limit), now)) return standingOf(window, spent(lease), now);
      lease.lending ??= this.lend(lease, window, burst, now).finally(() => {
        lease.lending = null;
      });
      await lease.lending;
    }
  }

  private use(lease: Lease, burst: number, now: number): boolean {
    // Until the shared counter was asked in this window, nothing in it is paid for.
    const unpaid = lease.total === 0;
    if (lease.permits > 0 && lease.permitsUntil > now) lease.permits -= 1;
    else if (!unpaid || lease.owed >= burst) return false;
    if (unpaid) lease.owed += 1;
    lease.used += 1;
    return true;
  }

  private async lend(lease: Lease, window: WindowLimit, burst: number, now: number): Promise<void> {
    const size = leaseSize(lease, window, now);
    if (lease.aloneUntil > now) this.lendLocally(lease, window, burst, size, new OverloadedError());
    else await this.lendShared(lease, window, burst, now, size);
    lease.permitsUntil = now + window.windowMs;
    lease.since = now;
    lease.used = 0;
  }

  /** Pays for what was used and takes permits for what is to come, in one write. */
  private async lendShared(lease: Lease, window: WindowLimit, burst: number, now: number, size: number): Promise<void> {
    const { windowIndex, owed } = lease;
    const changes = [{ field: `${window.name}_${windowIndex}`, add: size + owed }];
    try {
      const { counts } = await this.deps.limits.change(this.key(lease, now), changes, new Date(now + 2 * DAY_MS));
      const [total = 0] = counts;
      lease.permits = Math.max(0, Math.min(size, window.limit - (total - size)));
      // The answer may come in the next window, which has a counter of its own.
      if (lease.windowIndex !== windowIndex) return;
      lease.total = Math.min(total, window.limit);
      lease.owed -= owed;
      if (lease.permits === 0)
        Object.assign(lease, { refusedUntil: windowEnd(window, now), refusedLimit: window.limit });
    } catch (error) {
      // Commits of one document that are in each other's way are another sign of it.
      if (!(error instanceof OverloadedError || error instanceof RequestInProgressError)) throw error;
      lease.aloneUntil = now + OVERLOAD_PAUSE_MS;
      this.lendLocally(lease, window, burst, size, new OverloadedError(error));
    }
  }

  /**
   * Better a few too many than nobody: while the counter is left alone, what one instance may take of a window at once. Of
   * what nobody is to have unasked, nobody has any.
   */
  private lendLocally(lease: Lease, window: WindowLimit, burst: number, size: number, error: OverloadedError): void {
    const permits = burst === 0 ? 0 : Math.min(size, mostOf(window) - lease.lent);
    if (permits <= 0) throw error;
    lease.permits = permits;
    lease.lent += permits;
  }

  private enterWindow(lease: Lease, window: WindowLimit, now: number): void {
    const windowIndex = Math.floor(now / window.windowMs);
    if (lease.windowIndex === windowIndex) return;
    Object.assign(lease, { windowIndex, owed: 0, total: 0, lent: 0 });
  }

  private lease(window: WindowLimit, id: readonly string[]): Lease {
    const place = JSON.stringify([window.name, ...id]);
    const known = this.leases.get(place);
    if (known !== undefined) return known;
    const now = this.deps.clock.now();
    const windowIndex = Math.floor(now / window.windowMs);
    const fresh = {
      owed: 0,
      permits: 0,
      permitsUntil: 0,
      total: 0,
      since: now,
      used: 0,
      refusedUntil: 0,
      refusedLimit: 0,
    };
    const lease: Lease = { id, windowIndex, ...fresh, aloneUntil: 0, lent: 0, lending: null };
    this.leases.set(place, lease);
    return lease;
  }

  /** One document per subject and day, so that it does not grow for ever. */
  private key({ id }: Lease, now: number): LimitKey {
    return limitKey(this.deps.indexKey, ['quota', ...id, String(Math.floor(now / DAY_MS))]);
  }
}

/** Of the shared counter's total, permits are not used yet; before it was asked, what was used here is all that is known. */
function spent({ owed, permits, total }: Lease): number {
  return total === 0 ? owed : total - permits;
}

/** What lasts for about `LEASE_MS` at the rate since the last lease; spread, so that instances do not ask in step. */
function leaseSize({ used, since }: Lease, window: WindowLimit, now: number): number {
  const expected = (used / Math.max(1, now - since)) * LEASE_MS;
  const spread = expected * (randomInt(75, 126) / 100);
  return Math.min(mostOf(window), Math.max(LEASE_MIN, Math.ceil(spread)));
}

function mostOf({ limit }: WindowLimit): number {
  return Math.max(LEASE_MIN, Math.floor(limit * LEASE_MAX_SHARE));
}
