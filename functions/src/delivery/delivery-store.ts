import type { OrgId } from '../orgs/org-id.js';
import type { DeliveryId } from './delivery-id.js';
import type { DeliveryRecord, ReadDelivery } from './delivery-record.js';

export type DeliveryChange = Partial<Omit<DeliveryRecord, 'id' | 'orgId' | 'createdAt'>>;

/** Port: what became of messages. Every method `@throws UnavailableError` when the store is down or slow. */
export interface DeliveryStore {
  find(id: DeliveryId): Promise<ReadDelivery | null>;
  /** Answers the version; null when there is one of this id. Of any number of callers one creates it. */
  create(record: DeliveryRecord): Promise<string | null>;
  /** Answers the new version; null when the record has changed since it was read, or is gone. */
  change(read: Pick<ReadDelivery, 'id' | 'version'>, change: DeliveryChange): Promise<string | null>;
  /** Of one org, in no order. */
  idsOf(orgId: OrgId, limit: number): Promise<readonly DeliveryId[]>;
  /** Removing one that is gone is no error. */
  remove(id: DeliveryId): Promise<void>;
}
