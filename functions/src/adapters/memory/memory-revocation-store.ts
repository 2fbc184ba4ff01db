import type { RevocationId, RevocationRecord } from '../../users/revocation-record.js';
import type { RevocationStore } from '../../users/revocation-store.js';
import { duePageOf } from './memory-page.js';

export class MemoryRevocationStore implements RevocationStore {
  private readonly revocations = new Map<RevocationId, RevocationRecord>();

  async add(revocation: RevocationRecord): Promise<void> {
    this.revocations.set(revocation.id, revocation);
  }

  async findDue(time: Date, limit: number, after?: RevocationRecord): Promise<readonly RevocationRecord[]> {
    return duePageOf(this.revocations.values(), ({ dueAt: at, id }) => ({ at, id }), time, limit, after);
  }

  async remove(id: RevocationId): Promise<void> {
    this.revocations.delete(id);
  }
}
