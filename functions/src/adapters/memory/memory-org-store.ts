import type { AuditRecord } from '../../audit/audit-record.js';
import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { OrgId } from '../../orgs/org-id.js';
import { type OrgDocument, type OrgRecord, orgOf } from '../../orgs/org-record.js';
import type { OrgChange, OrgChangeWith, OrgStore } from '../../orgs/org-store.js';
import { MemoryAuditStore } from './memory-audit-store.js';
import { MemoryCredentialStore } from './memory-credential-store.js';
import { duePageOf, pageOf } from './memory-page.js';

const BLANK = {
  tenantId: null,
  inForce: null,
  problems: {},
  provisioning: null,
  provisioningMessage: null,
  provisioningRetryAt: null,
  createdAt: null,
  sessionsValidFrom: new Date(0),
};

export class MemoryOrgStore implements OrgStore {
  private readonly documents = new Map<OrgId, OrgDocument>();
  private writes = 0;

  constructor(
    private readonly audit = new MemoryAuditStore(),
    private readonly credentials = new MemoryCredentialStore(audit),
  ) {}

  async find(orgId: OrgId): Promise<OrgRecord | null> {
    const document = this.documents.get(orgId);
    return document === undefined ? null : orgOf(document);
  }

  async read(orgId: OrgId): Promise<OrgDocument | null> {
    return this.documents.get(orgId) ?? null;
  }

  async list(limit: number, after?: OrgId): Promise<readonly OrgDocument[]> {
    return pageOf(this.documents.values(), ({ orgId }) => orgId, limit, after);
  }

  async findDue(time: Date, limit: number, after?: OrgDocument): Promise<readonly OrgDocument[]> {
    const dueOf = ({ provisioningRetryAt: at, orgId: id }: OrgDocument) => ({ at, id });
    return duePageOf(this.documents.values(), dueOf, time, limit, after);
  }

  async create(orgId: OrgId, { written, ...fields }: OrgChange, audit: readonly AuditRecord[]): Promise<string> {
    if (this.documents.has(orgId)) throw new AlreadyExistsError('There is an org of this id already.');
    this.audit.add(audit);
    return this.put({ ...BLANK, ...fields, orgId, written: { ...NOTHING_WRITTEN, ...written }, version: '' });
  }

  async change(
    { orgId, version }: Pick<OrgDocument, 'orgId' | 'version'>,
    { written = {}, ...change }: OrgChange,
    { audit, issued }: OrgChangeWith = {},
  ): Promise<string | null> {
    const document = this.documents.get(orgId);
    if (document?.version !== version) return null;
    if (issued !== undefined) this.credentials.add(issued);
    this.audit.add(audit);
    return this.put({ ...document, ...change, written: { ...document.written, ...written } });
  }

  async remove(
    { orgId, version }: Pick<OrgDocument, 'orgId' | 'version'>,
    audit: readonly AuditRecord[],
  ): Promise<boolean> {
    if (this.documents.get(orgId)?.version !== version) return false;
    this.audit.add(audit);
    return this.documents.delete(orgId);
  }

  /** As somebody who adds or edits the document in the console. */
  edit(orgId: OrgId, written: Readonly<Record<string, unknown>>): void {
    const document = this.documents.get(orgId) ?? { ...BLANK, orgId, version: '', written: NOTHING_WRITTEN };
    this.put({ ...document, written: { ...document.written, ...written } });
  }

  private put(document: OrgDocument): string {
    this.writes += 1;
    const version = String(this.writes);
    this.documents.set(document.orgId, { ...document, version });
    return version;
  }
}

const NOTHING_WRITTEN = { name: undefined, status: undefined, environment: undefined, settings: undefined };
