import type { AppId } from '../../apps/app-id.js';
import type { AppRecord } from '../../apps/app-record.js';
import type { AppChange, AppStore } from '../../apps/app-store.js';
import type { AuditRecord } from '../../audit/audit-record.js';
import type { OrgId } from '../../orgs/org-id.js';
import { MemoryAuditStore } from './memory-audit-store.js';
import { pageOf } from './memory-page.js';

export class MemoryAppStore implements AppStore {
  private readonly apps = new Map<AppId, AppRecord>();
  private writes = 0;

  constructor(private readonly audit = new MemoryAuditStore()) {}

  async find(appId: AppId): Promise<AppRecord | null> {
    return this.apps.get(appId) ?? null;
  }

  async listOf(orgId: OrgId, limit: number, after?: AppId): Promise<readonly AppRecord[]> {
    const ofOrg = [...this.apps.values()].filter((app) => app.orgId === orgId);
    return pageOf(ofOrg, ({ appId }) => appId, limit, after);
  }

  async idsOf(orgId: OrgId, limit: number): Promise<readonly AppId[]> {
    return (await this.listOf(orgId, limit)).map(({ appId }) => appId);
  }

  async create(app: Omit<AppRecord, 'version'>, audit?: readonly AuditRecord[]): Promise<void> {
    this.put(app);
    this.audit.add(audit);
  }

  async change(
    { appId, version }: Pick<AppRecord, 'appId' | 'version'>,
    change: AppChange,
    audit?: readonly AuditRecord[],
  ): Promise<string | null> {
    const app = this.apps.get(appId);
    if (app?.version !== version) return null;
    this.audit.add(audit);
    return this.put({ ...app, ...change });
  }

  async remove(appId: AppId): Promise<void> {
    this.apps.delete(appId);
  }

  private put(app: Omit<AppRecord, 'version'>): string {
    this.writes += 1;
    const version = String(this.writes);
    this.apps.set(app.appId, { ...app, version });
    return version;
  }
}
