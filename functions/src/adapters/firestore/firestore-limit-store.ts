import type { LimitKey, LimitStore } from '../../limits/limit-store.js';
import { commitCounters } from './counters.js';
import type { FirestoreAccess } from './firestore-access.js';

export class FirestoreLimitStore implements LimitStore {
  constructor(private readonly access: FirestoreAccess) {}

  async add(key: LimitKey, counters: readonly string[], by: 1 | -1, purgeAt: Date): Promise<readonly number[]> {
    const changes = counters.map((field) => ({ field, add: by }));
    const write = { path: `limits/${key}`, changes, mode: { upsertWith: { field: 'purgeAt', at: purgeAt } } };
    const [counts] = await commitCounters(this.access, 'limits.add', [write]);
    return counts ?? [];
  }
}
