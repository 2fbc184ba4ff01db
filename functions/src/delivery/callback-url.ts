import type { DeliveryId } from './delivery-id.js';
import type { MessagePurpose, Sender } from './message.js';

/** Where providers report what became of a message; both are signed by them. */
export const TWILIO_STATUS_PATH = '/webhooks/twilio/status';
export const SENDGRID_EVENTS_PATH = '/webhooks/sendgrid/events';

/** What a report names, so that it can be told whose it is even where the record was lost. */
export interface ReportedMessage {
  readonly id: DeliveryId;
  readonly purpose: MessagePurpose;
  readonly orgId: Sender['orgId'];
}

/**
 * Twilio is to repeat a report that we could not write down, three times and all within 15 seconds; else it would only where
 * there was no connection. It keeps a fragment to itself: neither the request nor its signature has it.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
const REPETITION = '#rc=3&rp=ct,rt,5xx';

/** Where Twilio reports on one message. `publicUrl` ends without a slash; `org` is empty for none. */
export function twilioStatusUrl(publicUrl: string, { id, purpose, orgId }: ReportedMessage): string {
  const query = new URLSearchParams({ delivery: id, purpose, org: orgId ?? '' });
  return `${publicUrl}${TWILIO_STATUS_PATH}?${query}${REPETITION}`;
}
