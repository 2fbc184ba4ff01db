import type { RevocationId, RevocationRecord } from '../../users/revocation-record.js';
import type { RevocationStore } from '../../users/revocation-store.js';

export class MemoryRevocationStore implements RevocationStore {
  private readonly revocations = new Map<RevocationId, RevocationRecord>();

  async add(revocation: RevocationRecord): Promise<void> {
    this.revocations.set(revocation.id, revocation);
  }

  async findDue(time: Date, limit: number, after?: RevocationRecord): Promise<readonly RevocationRecord[]> {
    const place = ({ dueAt, id }: RevocationRecord) => `${dueAt.toISOString()} ${id}`;
    const due = [...this.revocations.values()].filter(({ dueAt }) => dueAt <= time);
    const rest = due.filter((one) => after === undefined || place(one) > place(after));
    return rest.sort((one, other) => (place(one) < place(other) ? -1 : 1)).slice(0, limit);
  }

  async remove(id: RevocationId): Promise<void> {
    this.revocations.delete(id);
  }
}
