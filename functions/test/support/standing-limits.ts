import { MemoryLimitStore } from '../../src/adapters/memory/memory-stores.js';
import type { CountChange, CountResult, LimitKey } from '../../src/limits/limit-store.js';

/** Counters in memory that tell where they stand, so that a test sees what was given back. */
export class StandingLimits extends MemoryLimitStore {
  /** Calls that wrote, by what they wrote first: `sent`, `login.sends10m`. */
  readonly writes: string[] = [];
  /** Thrown instead of writing. */
  failure: Error | undefined;
  private readonly places = new Map<string, number>();

  override async change(key: LimitKey, changes: readonly CountChange[]): Promise<CountResult> {
    if (this.failure !== undefined) throw this.failure;
    this.writes.push((changes[0]?.field ?? '').replace(/_\d+$/, ''));
    const result = await super.change(key, changes);
    for (const [index, { field }] of changes.entries()) this.places.set(`${key}/${field}`, result.counts[index] ?? 0);
    return result;
  }

  override async forget(key: LimitKey, fields: readonly string[], version?: string): Promise<boolean> {
    if (this.failure !== undefined) throw this.failure;
    const isDone = await super.forget(key, fields, version);
    const isGone = (place: string) => fields.some((one) => `${place}.`.startsWith(`${key}/${one}.`));
    if (isDone) for (const place of [...this.places.keys()]) if (isGone(place)) this.places.delete(place);
    return isDone;
  }

  /** Every counter that is not at zero, by its document and field. */
  get used(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.places].filter(([, count]) => count !== 0).sort());
  }

  /** What the counters of this name came to, over all documents and windows. */
  total(name: string): number {
    const ofName = [...this.places].filter(([place]) => place.replace(/^[^/]*\//, '').replace(/_\d+$/, '') === name);
    return ofName.reduce((sum, [, count]) => sum + count, 0);
  }
}
