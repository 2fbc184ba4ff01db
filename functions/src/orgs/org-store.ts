import type { AuditRecord } from '../audit/audit-record.js';
import type { NewCredential } from '../credentials/credential-record.js';
import type { OrgId } from './org-id.js';
import type { OrgDocument, OrgRecord } from './org-record.js';

/** What of an org's document is set; all else stays. */
export type OrgChange = Partial<Omit<OrgDocument, 'orgId' | 'version' | 'written'>> & {
  readonly written?: Partial<OrgDocument['written']>;
};

/** What is written in the same commit. */
export interface OrgChangeWith {
  readonly audit?: readonly AuditRecord[];
  readonly issued?: NewCredential;
}

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface OrgStore {
  /** Orgs that are provisioned. */
  find(orgId: OrgId): Promise<OrgRecord | null>;
  read(orgId: OrgId): Promise<OrgDocument | null>;
  /** In the order of their ids; `after` is the last of the page before. */
  list(limit: number, after?: OrgId): Promise<readonly OrgDocument[]>;
  /** Those whose provisioning is to be tried again at `time`, the longest due first. */
  findDue(time: Date, limit: number, after?: OrgDocument): Promise<readonly OrgDocument[]>;
  /** Answers the version of the new document. @throws AlreadyExistsError */
  create(orgId: OrgId, fields: OrgChange, audit: readonly AuditRecord[]): Promise<string>;
  /** Answers the new version; null when somebody else has changed the document since it was read. */
  change(read: Pick<OrgDocument, 'orgId' | 'version'>, fields: OrgChange, also?: OrgChangeWith): Promise<string | null>;
  /** False when the document has changed since it was read, or is gone. */
  remove(read: Pick<OrgDocument, 'orgId' | 'version'>, audit: readonly AuditRecord[]): Promise<boolean>;
}
