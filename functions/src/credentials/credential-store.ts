import type { AuditRecord } from '../audit/audit-record.js';
import type { Problems } from '../edits/edited.js';
import type { OrgId } from '../orgs/org-id.js';
import type { KeyId } from './credential-id.js';
import type { CredentialDocument, CredentialRecord, CredentialTerms, NewCredential } from './credential-record.js';

/** What of a credential's document is set; all else stays. */
export interface CredentialChange {
  readonly written?: Partial<CredentialTerms>;
  readonly inForce?: CredentialTerms;
  readonly problems?: Problems;
  readonly rotate?: false;
  readonly rotatedTo?: KeyId;
  readonly lastUsedAt?: Date;
}

/** What is written in the same commit. */
export interface CredentialChangeWith {
  readonly audit?: readonly AuditRecord[];
  readonly issued?: NewCredential;
  /** Takes the secret out of the console. */
  readonly hideSecret?: boolean;
}

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface CredentialStore {
  find(keyId: KeyId): Promise<CredentialRecord | null>;
  read(keyId: KeyId): Promise<CredentialDocument | null>;
  /** In the order of their ids; `after` is the last of the page before. */
  listOf(orgId: OrgId, limit: number, after?: KeyId): Promise<readonly CredentialRecord[]>;
  /** Also of documents that admins have spoilt, which are no credentials any more. In any order. */
  keysOf(orgId: OrgId, limit: number): Promise<readonly KeyId[]>;
  /** Those whose secret is shown and should not be at `time`, the longest overdue first. */
  findShown(time: Date, limit: number, after?: CredentialRecord): Promise<readonly CredentialRecord[]>;
  create(issued: NewCredential, audit?: readonly AuditRecord[]): Promise<void>;
  /** Answers the new version; null when the document has changed since it was read, or is gone. */
  change(
    read: Pick<CredentialRecord, 'keyId' | 'orgId' | 'version'>,
    change: CredentialChange,
    also?: CredentialChangeWith,
  ): Promise<string | null>;
  /** With the secret that is shown. Removing one that is gone is no error. */
  remove(credential: Pick<CredentialRecord, 'keyId' | 'orgId'>): Promise<void>;
}
