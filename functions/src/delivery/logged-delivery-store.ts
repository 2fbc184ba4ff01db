import type { Logger } from '../lib/logger.js';
import type { OrgId } from '../orgs/org-id.js';
import type { DeliveryId } from './delivery-id.js';
import type { DeliveryRecord, DeliveryStatus, ReadDelivery } from './delivery-record.js';
import type { DeliveryChange, DeliveryStore } from './delivery-store.js';

/** What becomes of messages that leave. */
const ENDS: readonly (DeliveryStatus | undefined)[] = ['delivered', 'undelivered', 'failed'];

/** Tells the log how each message has ended, once: a record comes to its end in one write. */
export class LoggedDeliveryStore implements DeliveryStore {
  constructor(
    private readonly store: DeliveryStore,
    private readonly logger: Logger,
  ) {}

  find(id: DeliveryId): Promise<ReadDelivery | null> {
    return this.store.find(id);
  }

  async create(record: DeliveryRecord): Promise<string | null> {
    const version = await this.store.create(record);
    if (version !== null) this.tell(record.id, record);
    return version;
  }

  async change(read: Pick<ReadDelivery, 'id' | 'version'>, change: DeliveryChange): Promise<string | null> {
    const version = await this.store.change(read, change);
    if (version !== null) this.tell(read.id, change);
    return version;
  }

  idsOf(orgId: OrgId, limit: number): Promise<readonly DeliveryId[]> {
    return this.store.idsOf(orgId, limit);
  }

  remove(id: DeliveryId): Promise<void> {
    return this.store.remove(id);
  }

  private tell(delivery: DeliveryId, { status: outcome, provider, error }: DeliveryChange): void {
    if (!ENDS.includes(outcome)) return;
    const severity = outcome === 'delivered' ? 'INFO' : 'WARNING';
    this.logger.log(severity, 'delivery_ended', { delivery, outcome, provider, error: error ?? undefined });
  }
}
