import type { OrgId } from './org-id.js';
import type { OrgRecord, OrgStatus } from './org-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface OrgStore {
  find(orgId: OrgId): Promise<OrgRecord | null>;
  /** @throws AlreadyExistsError */
  create(org: OrgRecord): Promise<void>;
  /** @throws NotFoundError */
  setStatus(orgId: OrgId, status: OrgStatus, sessionsValidFrom?: Date): Promise<void>;
}
