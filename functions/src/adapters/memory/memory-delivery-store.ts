import type { DeliveryId } from '../../delivery/delivery-id.js';
import type { DeliveryRecord, ReadDelivery } from '../../delivery/delivery-record.js';
import type { DeliveryChange, DeliveryStore } from '../../delivery/delivery-store.js';
import type { OrgId } from '../../orgs/org-id.js';

export class MemoryDeliveryStore implements DeliveryStore {
  private readonly deliveries = new Map<DeliveryId, ReadDelivery>();
  private writes = 0;

  /** For tests to read. */
  get all(): readonly DeliveryRecord[] {
    return [...this.deliveries.values()].map(({ version: _, ...delivery }) => delivery);
  }

  async find(id: DeliveryId): Promise<ReadDelivery | null> {
    return this.deliveries.get(id) ?? null;
  }

  async create(delivery: DeliveryRecord): Promise<string | null> {
    return this.deliveries.has(delivery.id) ? null : this.put(delivery);
  }

  async change({ id, version }: Pick<ReadDelivery, 'id' | 'version'>, change: DeliveryChange): Promise<string | null> {
    const delivery = this.deliveries.get(id);
    return delivery?.version === version ? this.put({ ...delivery, ...change }) : null;
  }

  async idsOf(orgId: OrgId, limit: number): Promise<readonly DeliveryId[]> {
    const ofOrg = [...this.deliveries.values()].filter((delivery) => delivery.orgId === orgId);
    return ofOrg.slice(0, limit).map(({ id }) => id);
  }

  async remove(id: DeliveryId): Promise<void> {
    this.deliveries.delete(id);
  }

  private put(delivery: DeliveryRecord): string {
    this.writes += 1;
    const version = String(this.writes);
    this.deliveries.set(delivery.id, { ...delivery, version });
    return version;
  }
}
