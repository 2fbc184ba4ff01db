import type { DocumentData, Timestamp } from '@google-cloud/firestore';
import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { OrgId } from '../../orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS, type OrgRecord, type OrgStatus } from '../../orgs/org-record.js';
import type { OrgStore } from '../../orgs/org-store.js';
import { type FirestoreAccess, isAlreadyExists, isNotFound } from './firestore-access.js';

export class FirestoreOrgStore implements OrgStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(orgId: OrgId): Promise<OrgRecord | null> {
    const snapshot = await this.access.run('orgs.find', { reads: 1 }, ({ db }) => db.doc(`orgs/${orgId}`).get());
    const data = snapshot.data();
    return data === undefined ? null : fromDocument(orgId, data);
  }

  async findByName(name: string): Promise<OrgRecord | null> {
    const found = await this.access.run('orgs.findByName', { reads: 1 }, ({ db }) =>
      db.collection('orgs').where('name', '==', name).get(),
    );
    const orgs = found.docs.map((document) => fromDocument(document.id as OrgId, document.data()));
    return orgs.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0] ?? null;
  }

  async create({ orgId, ...org }: OrgRecord): Promise<void> {
    await this.access.run('orgs.create', { writes: 1 }, async ({ db }) => {
      try {
        await db.doc(`orgs/${orgId}`).create(org);
      } catch (error) {
        throw isAlreadyExists(error) ? new AlreadyExistsError('There is an org of this id already.') : error;
      }
    });
  }

  async setStatus(orgId: OrgId, status: OrgStatus, sessionsValidFrom?: Date): Promise<void> {
    const change = sessionsValidFrom === undefined ? { status } : { status, sessionsValidFrom };
    await this.access.run('orgs.setStatus', { writes: 1 }, async ({ db }) => {
      try {
        await db.doc(`orgs/${orgId}`).update(change);
      } catch (error) {
        throw isNotFound(error) ? new NotFoundError('There is no org of this id.') : error;
      }
    });
  }
}

/** Admins edit this document in the console: what is missing takes its default, and an unknown status is not active. */
function fromDocument(orgId: OrgId, data: DocumentData): OrgRecord {
  return {
    orgId,
    name: data.name,
    status: data.status,
    tenantId: data.tenantId,
    settings: { ...DEFAULT_ORG_SETTINGS, ...data.settings },
    createdAt: (data.createdAt as Timestamp | undefined)?.toDate() ?? new Date(0),
    sessionsValidFrom: (data.sessionsValidFrom as Timestamp | undefined)?.toDate() ?? new Date(0),
  };
}
