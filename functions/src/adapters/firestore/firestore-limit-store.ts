import type { LimitKey, LimitStore } from '../../limits/limit-store.js';
import type { FirestoreAccess } from './firestore-access.js';

export class FirestoreLimitStore implements LimitStore {
  constructor(private readonly access: FirestoreAccess) {}

  async add(key: LimitKey, fields: readonly string[], by: 1 | -1, purgeAt: Date): Promise<readonly number[]> {
    const counters = fields.map((field) => ({ field, add: by }));
    const [counts] = await this.access.commit('limits.add', [{ path: `limits/${key}`, fields: { purgeAt }, counters }]);
    return counts ?? [];
  }
}
