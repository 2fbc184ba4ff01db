import type { DeliveryId } from './delivery-id.js';
import type { Channel, MessagePurpose, Sender } from './message.js';

/**
 * `queued`: on its way to the provider, or nobody knows whether it got there. `sent`: the provider has taken it. `delivered`
 * and `undelivered` are what the provider was told by the carrier or the mailbox. `failed`: the provider refused it.
 * `suppressed`: it never left.
 */
export const DELIVERY_STATUSES = ['queued', 'sent', 'delivered', 'undelivered', 'failed', 'suppressed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One message handed to a provider, or kept from it. What it said and to whom is not in here. */
export interface DeliveryRecord {
  readonly id: DeliveryId;
  readonly orgId: Sender['orgId'];
  readonly purpose: MessagePurpose;
  readonly channel: Channel;
  readonly status: DeliveryStatus;
  /** `twilio`, `sendgrid` or `outbox`; null until one was asked. */
  readonly provider: string | null;
  readonly providerId: string | null;
  /** The provider's error code, or why it was suppressed. */
  readonly error: string | null;
  /** What the provider charges by: `sms_US`, `email`. */
  readonly priceClass: string;
  /** A keyed hash of the contact, the same for all of its messages. */
  readonly contactHash: string;
  /** `+1********43`, `a***@example.com`: for people who read the record. */
  readonly contactMask: string;
  /** How often a provider was given it. */
  readonly tries: number;
  /** From then on it may be given to the provider once more; null when it may not. */
  readonly retryAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly purgeAt: Date;
}

export interface ReadDelivery extends DeliveryRecord {
  readonly version: string;
}

const RANKS: Readonly<Record<DeliveryStatus, number>> = {
  queued: 0,
  sent: 1,
  delivered: 2,
  undelivered: 2,
  failed: 2,
  suppressed: 2,
};

/** A delivery only ever goes on: what comes late, or twice, changes nothing. */
export function goesOn(from: DeliveryStatus, to: DeliveryStatus): boolean {
  return RANKS[to] > RANKS[from];
}
