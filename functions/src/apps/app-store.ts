import type { AuditRecord } from '../audit/audit-record.js';
import type { OrgId } from '../orgs/org-id.js';
import type { AppId } from './app-id.js';
import type { AppRecord } from './app-record.js';

/** What of an app is set; all else stays. */
export type AppChange = Partial<Pick<AppRecord, 'status' | 'keyHash' | 'previousKey'>>;

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface AppStore {
  find(appId: AppId): Promise<AppRecord | null>;
  /** In the order of their ids; `after` is the last of the page before. */
  listOf(orgId: OrgId, limit: number, after?: AppId): Promise<readonly AppRecord[]>;
  /** Also of documents that admins have spoilt, which are no apps any more. In any order. */
  idsOf(orgId: OrgId, limit: number): Promise<readonly AppId[]>;
  create(app: Omit<AppRecord, 'version'>, audit?: readonly AuditRecord[]): Promise<void>;
  /** Answers the new version; null when the document has changed since it was read, or is gone. */
  change(
    read: Pick<AppRecord, 'appId' | 'version'>,
    change: AppChange,
    audit?: readonly AuditRecord[],
  ): Promise<string | null>;
  /** Removing one that is gone is no error. */
  remove(appId: AppId): Promise<void>;
}
