import type { DeliveryId } from '../../delivery/delivery-id.js';
import { TRIES_PER_MESSAGE } from '../../delivery/delivery-policy.js';
import { DELIVERY_STATUSES, type DeliveryRecord, type ReadDelivery } from '../../delivery/delivery-record.js';
import type { DeliveryChange, DeliveryStore } from '../../delivery/delivery-store.js';
import { CHANNELS, MESSAGE_PURPOSES } from '../../delivery/message.js';
import type { OrgId } from '../../orgs/org-id.js';
import { isDate, isNumber, isOneOf, isText, orElse, orNull } from './document-fields.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { create } from './writes.js';

export class FirestoreDeliveryStore implements DeliveryStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(id: DeliveryId): Promise<ReadDelivery | null> {
    const document = await this.access.get('deliveries.find', pathOf(id));
    return document === null ? null : fromDocument(document);
  }

  async create({ id, ...delivery }: DeliveryRecord): Promise<string | null> {
    const versions = await this.access.commitForVersions('deliveries.create', [create(pathOf(id), delivery)]);
    return versions?.[0] ?? null;
  }

  async change({ id, version }: Pick<ReadDelivery, 'id' | 'version'>, change: DeliveryChange): Promise<string | null> {
    const write = { path: pathOf(id), fields: change, when: { version } };
    const versions = await this.access.commitForVersions('deliveries.change', [write]);
    return versions?.[0] ?? null;
  }

  async idsOf(orgId: OrgId, limit: number): Promise<readonly DeliveryId[]> {
    const query = { collection: 'deliveries', where: { orgId }, limit, idsOnly: true };
    return (await this.access.query('deliveries.idsOf', query)).map(({ id }) => id as DeliveryId);
  }

  async remove(id: DeliveryId): Promise<void> {
    await this.access.commit('deliveries.remove', [{ delete: pathOf(id) }]);
  }
}

function pathOf(id: DeliveryId): string {
  return `deliveries/${id}`;
}

/** Nobody is meant to edit these. One that somebody has is not sent again, and what a provider reports is still written. */
function fromDocument({ id, data, version }: StoredDocument): ReadDelivery {
  const text = (name: string) => orElse(isText, data[name], '');
  const time = (name: string) => orElse(isDate, data[name], new Date(0));
  return {
    id: id as DeliveryId,
    orgId: orNull(isText, data['orgId']) as OrgId | null,
    purpose: orElse(isOneOf(MESSAGE_PURPOSES), data['purpose'], 'login'),
    channel: orElse(isOneOf(CHANNELS), data['channel'], 'sms'),
    status: orElse(isOneOf(DELIVERY_STATUSES), data['status'], 'queued'),
    provider: orNull(isText, data['provider']),
    providerId: orNull(isText, data['providerId']),
    error: orNull(isText, data['error']),
    priceClass: text('priceClass'),
    contactHash: text('contactHash'),
    contactMask: text('contactMask'),
    tries: orElse(isNumber, data['tries'], TRIES_PER_MESSAGE),
    retryAt: orNull(isDate, data['retryAt']),
    createdAt: time('createdAt'),
    updatedAt: time('updatedAt'),
    purgeAt: time('purgeAt'),
    version,
  };
}
