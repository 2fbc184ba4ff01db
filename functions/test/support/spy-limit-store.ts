import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryLimitStore } from '../../src/adapters/memory/memory-stores.js';
import type { CountChange, CountResult, DocumentChange, LimitKey, LimitStore } from '../../src/limits/limit-store.js';

interface Written {
  readonly key: LimitKey;
  readonly changes: readonly CountChange[];
  readonly purgeAt: Date;
}

/** Counters in memory that tell what was written, fail when they are told to, and answer as late as they are told to. */
export class SpyLimitStore implements LimitStore {
  readonly written: Written[] = [];
  readonly forgotten: string[] = [];
  /** What stands in all documents together. */
  readonly fields = new Set<string>();
  /** Thrown instead of writing. */
  failure: Error | undefined;
  /** Thrown instead of giving anything back. */
  returnFailure: Error | undefined;
  /** Milliseconds between a write and its answer, by the number of the write. */
  answersAfter: ((write: number) => number) | undefined;
  private readonly store = new MemoryLimitStore();

  async change(key: LimitKey, changes: readonly CountChange[], purgeAt: Date): Promise<CountResult> {
    if (this.failure !== undefined) throw this.failure;
    const [first] = changes;
    const isReturn = first !== undefined && 'add' in first && first.add < 0;
    if (isReturn && this.returnFailure !== undefined) throw this.returnFailure;
    this.written.push({ key, changes, purgeAt });
    for (const { field } of changes) this.fields.add(`${key}/${field}`);
    const late = this.answersAfter?.(this.written.length) ?? 0;
    const counts = await this.store.change(key, changes);
    if (late > 0) await sleep(late);
    return counts;
  }

  async changeAll(changed: readonly DocumentChange[]): Promise<readonly CountResult[]> {
    return Promise.all(changed.map(({ key, changes, purgeAt }) => this.change(key, changes, purgeAt)));
  }

  async forget(key: LimitKey, fields: readonly string[], version?: string): Promise<boolean> {
    if (this.failure !== undefined) throw this.failure;
    if (!(await this.store.forget(key, fields, version))) return false;
    this.forgotten.push(...fields);
    for (const place of [...this.fields])
      if (fields.some((one) => place === `${key}/${one}` || place.startsWith(`${key}/${one}.`)))
        this.fields.delete(place);
    return true;
  }
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** How many of these went well. */
export async function fulfilled(promises: readonly Promise<unknown>[]): Promise<number> {
  return (await Promise.allSettled(promises)).filter(({ status }) => status === 'fulfilled').length;
}
