import type { AuditRecord } from '../../audit/audit-record.js';
import type { AuditStore } from '../../audit/audit-store.js';
import type { OrgId } from '../../orgs/org-id.js';

export class MemoryAuditStore implements AuditStore {
  readonly records: AuditRecord[] = [];

  async append(record: AuditRecord): Promise<void> {
    if (!this.records.some(({ id }) => id === record.id)) this.add([record]);
  }

  async latest(limit: number, orgId?: OrgId): Promise<readonly AuditRecord[]> {
    const all = this.records.filter((record) => orgId === undefined || record.orgId === orgId);
    return all.sort((one, other) => (place(one) < place(other) ? 1 : -1)).slice(0, limit);
  }

  /** Part of the change that they tell of. */
  add(records: readonly AuditRecord[] = []): void {
    this.records.push(...records);
  }
}

/** Where it stands among all: by time, and by its path among those of one time. */
function place({ at, orgId, id }: AuditRecord): string {
  return `${at.toISOString()} ${orgId ?? ''}/${id}`;
}
