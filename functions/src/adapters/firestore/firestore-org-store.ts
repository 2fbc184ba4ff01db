import type { AuditRecord } from '../../audit/audit-record.js';
import { AlreadyExistsError } from '../../errors/gatehouse-error.js';
import type { TenantId } from '../../identity/pool.js';
import { isMap } from '../../lib/is-map.js';
import type { OrgId } from '../../orgs/org-id.js';
import {
  type OrgDocument,
  type OrgRecord,
  type OrgTerms,
  orgOf,
  type ProvisioningState,
} from '../../orgs/org-record.js';
import type { OrgChange, OrgChangeWith, OrgStore } from '../../orgs/org-store.js';
import { type Check, isDate, isOneOf, isText, orElse, orNull, problemsOf } from './document-fields.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { issueWrites } from './firestore-credential-store.js';
import { toSettings } from './org-settings-fields.js';
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

const isStatus = isOneOf(['active', 'suspended', 'revoked'] as const);
const isEnvironment = isOneOf(['live', 'test'] as const);
/** It becomes a part of addresses. */
const isTenantId: Check<TenantId> = (value): value is TenantId => isText(value) && /^[\w-]{1,100}$/.test(value);
const EVER = new Date(0);
/** What is no time was hardly meant to keep sessions alive. */
const NEVER = new Date('9999-12-31T00:00:00Z');

/** Admins edit this document, so that any of what they write may be missing or of another type. */
function fromDocument({ id, data, version }: StoredDocument): OrgDocument {
  const { name, status, environment, settings, inForce, problems, tenantId, provisioning } = data;
  const { provisioningMessage, provisioningRetryAt, createdAt, sessionsValidFrom = EVER } = data;
  return {
    orgId: id as OrgId,
    version,
    written: { name, status, environment, settings },
    inForce: toTerms(inForce),
    problems: problemsOf(problems),
    tenantId: orNull(isTenantId, tenantId),
    // Any other word asks for another try.
    provisioning: orNull(isText, provisioning) as ProvisioningState | null,
    provisioningMessage: orNull(isText, provisioningMessage),
    provisioningRetryAt: orNull(isDate, provisioningRetryAt),
    createdAt: orNull(isDate, createdAt),
    sessionsValidFrom: orElse(isDate, sessionsValidFrom, NEVER),
  };
}

/** null for terms that somebody has spoilt: no org is served by them. */
function toTerms(inForce: unknown): OrgTerms | null {
  if (!isMap(inForce)) return null;
  const { name, status, environment, settings } = inForce;
  if (!isText(name) || !isStatus(status) || !isEnvironment(environment) || !isMap(settings)) return null;
  return { name, status, environment, settings: toSettings(settings) };
}
