import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { OrgId } from '../../orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS, type OrgRecord, type OrgStatus } from '../../orgs/org-record.js';
import type { OrgStore } from '../../orgs/org-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { create, update } from './writes.js';

export class FirestoreOrgStore implements OrgStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(orgId: OrgId): Promise<OrgRecord | null> {
    const document = await this.access.get('orgs.find', `orgs/${orgId}`);
    return document === null ? null : fromDocument(document);
  }

  async create({ orgId, ...org }: OrgRecord): Promise<void> {
    if (await this.access.commitUnlessMissed('orgs.create', [create(`orgs/${orgId}`, org)])) return;
    throw new AlreadyExistsError('There is an org of this id already.');
  }

  async setStatus(orgId: OrgId, status: OrgStatus, sessionsValidFrom?: Date): Promise<void> {
    const write = update(`orgs/${orgId}`, { status, sessionsValidFrom });
    if (await this.access.commitUnlessMissed('orgs.setStatus', [write])) return;
    throw new NotFoundError('There is no org of this id.');
  }
}

/** Admins edit this document in the console: what is missing takes its default, and an unknown status is not active. */
function fromDocument({ id, data }: StoredDocument): OrgRecord {
  return {
    orgId: id as OrgId,
    name: data['name'],
    status: data['status'],
    tenantId: data['tenantId'],
    settings: { ...DEFAULT_ORG_SETTINGS, ...data['settings'] },
    createdAt: data['createdAt'] ?? new Date(0),
    sessionsValidFrom: data['sessionsValidFrom'] ?? new Date(0),
  };
}
