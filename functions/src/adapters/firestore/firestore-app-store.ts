import type { AppId } from '../../apps/app-id.js';
import type { AppRecord } from '../../apps/app-record.js';
import type { AppChange, AppStore } from '../../apps/app-store.js';
import type { AuditRecord } from '../../audit/audit-record.js';
import { isMap } from '../../lib/is-map.js';
import type { OrgId } from '../../orgs/org-id.js';
import { isDate, isDocumentId, isText, isTexts, orElse } from './document-fields.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { fullPage } from './full-page.js';
import { create } from './writes.js';

export class FirestoreAppStore implements AppStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(appId: AppId): Promise<AppRecord | null> {
    const document = await this.access.get('apps.find', pathOf(appId));
    return document === null ? null : fromDocument(document);
  }

  async listOf(orgId: OrgId, limit: number, after?: AppId): Promise<readonly AppRecord[]> {
    const read = (last?: StoredDocument) => {
      const page = { after: last?.id ?? after };
      return this.access.query('apps.listOf', { collection: 'apps', where: { orgId }, page, limit });
    };
    return fullPage(limit, read, fromDocument);
  }

  async idsOf(orgId: OrgId, limit: number): Promise<readonly AppId[]> {
    const query = { collection: 'apps', where: { orgId }, limit, idsOnly: true };
    return (await this.access.query('apps.idsOf', query)).map(({ id }) => id as AppId);
  }

  async create({ appId, ...app }: Omit<AppRecord, 'version'>, audit?: readonly AuditRecord[]): Promise<void> {
    await this.access.commit('apps.create', [create(pathOf(appId), app), ...auditWrites(audit)]);
  }

  async change(
    { appId, version }: Pick<AppRecord, 'appId' | 'version'>,
    change: AppChange,
    audit?: readonly AuditRecord[],
  ): Promise<string | null> {
    const app = { path: pathOf(appId), fields: change, when: { version } };
    const versions = await this.access.commitForVersions('apps.change', [app, ...auditWrites(audit)]);
    return versions?.[0] ?? null;
  }

  async remove(appId: AppId): Promise<void> {
    await this.access.commit('apps.remove', [{ delete: pathOf(appId) }]);
  }
}

function pathOf(appId: AppId): string {
  return `apps/${appId}`;
}

/** null for one that was spoilt: it is no app. Whatever was made of the status by hand: only `active` is. */
function fromDocument({ id, data, version }: StoredDocument): AppRecord | null {
  const { orgId, name, keyHash, previousKey, origins, createdAt } = data;
  if (!isDocumentId(orgId) || !isText(name) || !isText(keyHash) || !isDate(createdAt)) return null;
  return {
    appId: id as AppId,
    orgId: orgId as OrgId,
    name,
    status: data['status'] === 'active' ? 'active' : 'revoked',
    keyHash,
    previousKey: toPreviousKey(previousKey),
    origins: orElse(isTexts, origins, []),
    createdAt,
    version,
  };
}

function toPreviousKey(value: unknown): AppRecord['previousKey'] {
  if (!isMap(value)) return null;
  const { keyHash, expiresAt } = value;
  return isText(keyHash) && isDate(expiresAt) ? { keyHash, expiresAt } : null;
}
