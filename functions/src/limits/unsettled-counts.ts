import { LRUCache } from 'lru-cache';
import { LOCAL_SUBJECTS } from './limit-policy.js';

/** Of one counter: counts that may yet be given back, and the least that it came to meanwhile. */
interface Unsettled {
  readonly counts: number;
  readonly least: number;
}

/**
 * What this instance has counted and may yet give back, by counter. In a burst it makes a window look fuller than it is:
 * without it, 200 requests at once would seem to have used up the day.
 */
export class UnsettledCounts {
  /** A count that is never settled, as its request failed in between, stays until its counter is used no more. */
  private readonly counters = new LRUCache<string, Unsettled>({ max: LOCAL_SUBJECTS });

  begin(counter: string): void {
    const { counts, least } = this.of(counter);
    this.counters.set(counter, { counts: counts + 1, least });
  }

  settle(counter: string): void {
    const { counts, least } = this.of(counter);
    if (counts > 1) this.counters.set(counter, { counts: counts - 1, least });
    else this.counters.delete(counter);
  }

  /**
   * What a counter came to, for one whose count was just given back, without what the others may give back yet. Answers
   * come in any order: the least of them is the newest.
   */
  withoutOthers(counter: string, value: number): number {
    const { counts, least } = this.of(counter);
    const newest = Math.min(least, value);
    if (counts > 0) this.counters.set(counter, { counts, least: newest });
    return newest - Math.max(0, counts - 1);
  }

  private of(counter: string): Unsettled {
    return this.counters.get(counter) ?? { counts: 0, least: Number.MAX_SAFE_INTEGER };
  }
}
