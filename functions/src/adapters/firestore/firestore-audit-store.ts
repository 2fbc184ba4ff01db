import type { AuditId } from '../../audit/audit-id.js';
import type { AuditRecord } from '../../audit/audit-record.js';
import type { AuditStore } from '../../audit/audit-store.js';
import type { OrgId } from '../../orgs/org-id.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { create, type Write } from './writes.js';

export class FirestoreAuditStore implements AuditStore {
  constructor(private readonly access: FirestoreAccess) {}

  async append(record: AuditRecord): Promise<void> {
    await this.access.commitUnlessMissed('audit.append', auditWrites([record]));
  }

  async latest(limit: number, orgId?: OrgId): Promise<readonly AuditRecord[]> {
    const where =
      orgId === undefined ? { collection: 'audit', everywhere: true } : { collection: `orgs/${orgId}/audit` };
    return (await this.access.query('audit.latest', { ...where, newestBy: 'at', limit })).map(fromDocument);
  }
}

/** Part of the commit that does what they tell. */
export function auditWrites(records: readonly AuditRecord[] = []): Write[] {
  return records.map(({ id, ...record }) => create(`${collectionOf(record)}/${id}`, record));
}

function collectionOf({ orgId }: Pick<AuditRecord, 'orgId'>): string {
  return orgId === null ? 'audit' : `orgs/${orgId}/audit`;
}

function fromDocument({ id, data: { orgId, at, action, target, actor, details } }: StoredDocument): AuditRecord {
  return { id: id as AuditId, orgId, at, action, target, actor, details };
}
