import type { CountChange, LimitKey, LimitStore } from '../../limits/limit-store.js';
import type { FirestoreAccess } from './firestore-access.js';

export class FirestoreLimitStore implements LimitStore {
  constructor(private readonly access: FirestoreAccess) {}

  async change(key: LimitKey, counters: readonly CountChange[], purgeAt: Date): Promise<readonly number[]> {
    const [counts] = await this.access.commit('limits.change', [{ path: pathOf(key), fields: { purgeAt }, counters }]);
    return counts ?? [];
  }

  async forget(key: LimitKey, removed: readonly string[]): Promise<void> {
    // Where there is nothing, nothing is made: a document without an end would stay for ever.
    await this.access.commitUnlessMissed('limits.forget', [{ path: pathOf(key), removed, when: { exists: true } }]);
  }
}

function pathOf(key: LimitKey): string {
  return `limits/${key}`;
}
