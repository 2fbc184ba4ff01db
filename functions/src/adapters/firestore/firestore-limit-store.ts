import type { CountChange, CountResult, DocumentChange, LimitKey, LimitStore } from '../../limits/limit-store.js';
import type { FirestoreAccess } from './firestore-access.js';
import type { Write } from './writes.js';

export class FirestoreLimitStore implements LimitStore {
  constructor(private readonly access: FirestoreAccess) {}

  async change(key: LimitKey, changes: readonly CountChange[], purgeAt: Date): Promise<CountResult> {
    const [result] = await this.changeAll([{ key, changes, purgeAt }]);
    return result ?? { counts: [], version: '' };
  }

  async changeAll(changed: readonly DocumentChange[]): Promise<readonly CountResult[]> {
    const results = await this.access.commitForResults('limits.change', changed.map(countingWrite));
    return results.map(({ counters, version }) => ({ counts: counters, version }));
  }

  async forget(key: LimitKey, removed: readonly string[], version?: string): Promise<boolean> {
    // Where there is nothing, nothing is made: a document without an end would stay for ever.
    const when = version === undefined ? { exists: true } : { version };
    return this.access.commitUnlessMissed('limits.forget', [{ path: pathOf(key), removed, when }]);
  }
}

export function countingWrite({ key, changes, purgeAt }: DocumentChange): Write {
  return { path: pathOf(key), fields: { purgeAt }, counters: changes };
}

function pathOf(key: LimitKey): string {
  return `limits/${key}`;
}
