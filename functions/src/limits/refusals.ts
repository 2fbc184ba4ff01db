import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.js';
import { LOCAL_SUBJECTS } from './limit-policy.js';

interface Refusal {
  /** When there is something to be had again. Milliseconds since the epoch. */
  readonly until: number;
  /** From then on the database is asked again. */
  readonly rememberedUntil: number;
}

/** What an instance knows to be full, by counter, so that a flood costs no writes. */
export class Refusals {
  private readonly refusals = new LRUCache<string, Refusal>({ max: LOCAL_SUBJECTS });

  constructor(private readonly clock: Clock) {}

  /** Of several, the latest end counts. */
  add(counter: string, end: number, memoryMs: number): void {
    const until = Math.max(end, this.until(counter));
    this.refusals.set(counter, { until, rememberedUntil: Math.min(until, this.clock.now() + memoryMs) });
  }

  /** 0 when nothing is known. */
  until(counter: string): number {
    const known = this.refusals.get(counter);
    return known !== undefined && known.rememberedUntil > this.clock.now() ? known.until : 0;
  }

  /** Forgets all counters of one document. */
  forget(key: string): void {
    for (const counter of [...this.refusals.keys()]) if (counter.startsWith(`${key}/`)) this.refusals.delete(counter);
  }
}
