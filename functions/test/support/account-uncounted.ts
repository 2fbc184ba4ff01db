import type { CountChange, CountResult, DocumentChange, LimitStore } from '../../src/limits/limit-store.js';

/** Counts nothing, so that more can be sent to one contact than anybody may. */
export class UncountedLimits implements LimitStore {
  async change(_key: unknown, changes: readonly CountChange[]): Promise<CountResult> {
    return { counts: changes.map(() => 0), version: '0' };
  }

  async changeAll(changed: readonly DocumentChange[]): Promise<readonly CountResult[]> {
    return Promise.all(changed.map(({ key, changes }) => this.change(key, changes)));
  }

  async forget(): Promise<boolean> {
    return true;
  }
}
