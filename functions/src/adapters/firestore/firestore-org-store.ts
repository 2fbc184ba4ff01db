import type { AuditRecord } from '../../audit/audit-record.js';
import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { OrgId } from '../../orgs/org-id.js';
import { type OrgDocument, type OrgRecord, orgOf } from '../../orgs/org-record.js';
import type { OrgChange, OrgChangeWith, OrgStore } from '../../orgs/org-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { issueWrites } from './firestore-credential-store.js';
import { create } from './writes.js';

export class FirestoreOrgStore implements OrgStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(orgId: OrgId): Promise<OrgRecord | null> {
    const document = await this.access.get('orgs.find', pathOf(orgId));
    return document === null ? null : orgOf(fromDocument(document));
  }

  async read(orgId: OrgId): Promise<OrgDocument | null> {
    const document = await this.access.get('orgs.read', pathOf(orgId));
    return document === null ? null : fromDocument(document);
  }

  async list(limit: number, after?: OrgId): Promise<readonly OrgDocument[]> {
    return (await this.access.query('orgs.list', { collection: 'orgs', page: { after }, limit })).map(fromDocument);
  }

  async findDue(time: Date, limit: number, after?: OrgDocument): Promise<readonly OrgDocument[]> {
    const page = after?.provisioningRetryAt ? { time: after.provisioningRetryAt, id: after.orgId } : undefined;
    const query = { collection: 'orgs', until: { field: 'provisioningRetryAt', time, after: page }, limit };
    return (await this.access.query('orgs.findDue', query)).map(fromDocument);
  }

  async create(orgId: OrgId, { written, ...fields }: OrgChange, audit: readonly AuditRecord[]): Promise<string> {
    const org = create(pathOf(orgId), { ...fields, ...written });
    const versions = await this.access.commitForVersions('orgs.create', [org, ...auditWrites(audit)]);
    if (versions?.[0] === undefined) throw new AlreadyExistsError('There is an org of this id already.');
    return versions[0];
  }

  async change(
    { orgId, version }: Pick<OrgDocument, 'orgId' | 'version'>,
    { written = {}, ...change }: OrgChange,
    { audit, issued }: OrgChangeWith = {},
  ): Promise<string | null> {
    const versions = await this.access.commitForVersions('orgs.change', [
      { path: pathOf(orgId), fields: { ...written, ...change }, when: { version } },
      ...(issued === undefined ? [] : issueWrites(issued)),
      ...auditWrites(audit),
    ]);
    return versions?.[0] ?? null;
  }

  remove({ orgId, version }: Pick<OrgDocument, 'orgId' | 'version'>, audit: readonly AuditRecord[]): Promise<boolean> {
    const removal = { delete: pathOf(orgId), when: { version } };
    return this.access.commitUnlessMissed('orgs.remove', [removal, ...auditWrites(audit)]);
  }
}

function pathOf(orgId: OrgId): string {
  return `orgs/${orgId}`;
}

/** Admins edit this document, so that any of what they write may be missing or of another type. */
function fromDocument({ id, data, version }: StoredDocument): OrgDocument {
  const { name, status, environment, settings, inForce = null, problems = {}, tenantId = null } = data;
  const { provisioning = null, provisioningMessage = null, provisioningRetryAt = null } = data;
  const { createdAt = null, sessionsValidFrom = new Date(0) } = data;
  return {
    orgId: id as OrgId,
    version,
    written: { name, status, environment, settings },
    inForce,
    problems,
    tenantId,
    provisioning,
    provisioningMessage,
    provisioningRetryAt,
    createdAt,
    sessionsValidFrom,
  };
}
