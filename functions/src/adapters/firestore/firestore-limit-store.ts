import type { CountChange, CountResult, LimitKey, LimitStore } from '../../limits/limit-store.js';
import type { FirestoreAccess } from './firestore-access.js';

export class FirestoreLimitStore implements LimitStore {
  constructor(private readonly access: FirestoreAccess) {}

  async change(key: LimitKey, counters: readonly CountChange[], purgeAt: Date): Promise<CountResult> {
    const write = { path: pathOf(key), fields: { purgeAt }, counters };
    const [result] = await this.access.commitForResults('limits.change', [write]);
    return { counts: result?.counters ?? [], version: result?.version ?? '' };
  }

  async forget(key: LimitKey, removed: readonly string[], version?: string): Promise<boolean> {
    // Where there is nothing, nothing is made: a document without an end would stay for ever.
    const when = version === undefined ? { exists: true } : { version };
    return this.access.commitUnlessMissed('limits.forget', [{ path: pathOf(key), removed, when }]);
  }
}

function pathOf(key: LimitKey): string {
  return `limits/${key}`;
}
