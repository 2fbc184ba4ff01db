import type { OrgId } from '../orgs/org-id.js';
import type { AuditRecord } from './audit-record.js';

/** Port: the audit log, which is only ever added to. Every method `@throws UnavailableError` when the store is down or slow. */
export interface AuditStore {
  /** For what changes no document that the record could be written with. Of one that is there already, nothing happens. */
  append(record: AuditRecord): Promise<void>;
  /** The newest first, of one org or of all. */
  latest(limit: number, orgId?: OrgId): Promise<readonly AuditRecord[]>;
}
