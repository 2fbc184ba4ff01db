import type { Logger } from '../lib/logger.js';
import type { OrgId } from '../orgs/org-id.js';
import type { AuditRecord } from './audit-record.js';
import type { AuditStore } from './audit-store.js';

/** Tells the log as well what the service has noticed by itself: nobody was there to see it happen. */
export class LoggedAuditStore implements AuditStore {
  constructor(
    private readonly store: AuditStore,
    private readonly logger: Logger,
  ) {}

  async append(record: AuditRecord): Promise<void> {
    await this.store.append(record);
    const { action, orgId, actor, details } = record;
    if (actor.kind === 'system') this.logger.log('WARNING', 'noticed', { action, orgId, ...details });
  }

  latest(limit: number, orgId?: OrgId): Promise<readonly AuditRecord[]> {
    return this.store.latest(limit, orgId);
  }
}
