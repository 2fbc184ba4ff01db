import type { CountChange, CountResult, DocumentChange, LimitKey, LimitStore } from '../../limits/limit-store.js';

export class MemoryLimitStore implements LimitStore {
  private readonly counts = new Map<string, number>();
  private readonly versions = new Map<LimitKey, number>();

  async change(key: LimitKey, changes: readonly CountChange[]): Promise<CountResult> {
    const counts = changes.map((change) => {
      const place = `${key}/${change.field}`;
      const before = this.counts.get(place) ?? 0;
      const after = 'add' in change ? before + change.add : Math.max(before, change.atLeast);
      this.counts.set(place, after);
      return after;
    });
    return { counts, version: this.nextVersion(key) };
  }

  async changeAll(changed: readonly DocumentChange[]): Promise<readonly CountResult[]> {
    return Promise.all(changed.map(({ key, changes }) => this.change(key, changes)));
  }

  async forget(key: LimitKey, fields: readonly string[], version?: string): Promise<boolean> {
    const current = this.versions.get(key);
    if (current === undefined || (version !== undefined && version !== String(current))) return false;
    const gone = fields.map((field) => `${key}/${field}`);
    for (const place of [...this.counts.keys()])
      if (gone.some((one) => place === one || place.startsWith(`${one}.`))) this.counts.delete(place);
    this.nextVersion(key);
    return true;
  }

  private nextVersion(key: LimitKey): string {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return String(version);
  }
}
