import { z } from 'zod';
import { SENDGRID_EVENTS_PATH } from '../../delivery/callback-url.js';
import type { DeliveryReport } from '../../delivery/delivery-reports.js';
import { InvalidRequestError } from '../../errors/gatehouse-error.js';
import { KILOBYTE } from '../middleware/request-body.js';
import type { Webhook } from '../webhook.js';
import { reportedMessage } from './reported-message.js';

/** SendGrid's events that say where a message is. Others tell that it is on its way, or what its reader did with it. */
const STATUSES = {
  processed: 'sent',
  delivered: 'delivered',
  bounce: 'undelivered',
  dropped: 'failed',
} as const;

/** Why a mail was not even tried: most are lists of SendGrid's, which an address stays on until somebody takes it off. */
const DROPPED: ReadonlyMap<string, string> = new Map([
  ['Bounced Address', 'dropped_bounced'],
  ['Unsubscribed Address', 'dropped_unsubscribed'],
  ['Spam Reporting Address', 'dropped_spam_report'],
  ['Invalid', 'dropped_invalid'],
  ['Spam Content', 'dropped_spam_content'],
  ['Recipient List over Package Quota', 'dropped_quota'],
]);

const event = reportedMessage.extend({
  event: z.enum(['processed', 'delivered', 'bounce', 'dropped']),
  email: z.email().toLowerCase(),
  sg_message_id: z
    .string()
    .regex(/^[\w-]{1,100}(?:\.|$)/)
    .optional()
    .catch(undefined),
  /** What the mailbox's server said, as a code of RFC 3463. */
  status: z
    .string()
    .regex(/^\d\.\d{1,3}\.\d{1,3}$/)
    .optional()
    .catch(undefined),
  /** `blocked` for a bounce that another message need not meet. */
  type: z.enum(['bounce', 'blocked']).catch('bounce'),
  reason: z.string().catch(''),
});

/** @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
export const sendgridEvents: Webhook = {
  path: SENDGRID_EVENTS_PATH,
  event: 'delivery.reported',
  provider: 'sendgrid',
  signatureHeaders: ['x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp'],
  body: { type: 'application/json', maxBytes: 1_024 * KILOBYTE },
  read(_query, body): readonly DeliveryReport[] {
    if (!Array.isArray(body)) throw new InvalidRequestError([], 'The body is not a list of events.');
    return body.map((one) => event.safeParse(one)).flatMap(({ data }) => (data === undefined ? [] : [reportOf(data)]));
  },
};

function reportOf(told: z.output<typeof event>): DeliveryReport {
  const { delivery: id, purpose, org: orgId, email: value, sg_message_id: messageId } = told;
  return {
    entry: { id, orgId, purpose, to: { kind: 'email', value } },
    status: STATUSES[told.event],
    provider: 'sendgrid',
    // What SendGrid answered when it took the message; behind it stands on which of its machines.
    providerId: messageId?.split('.')[0] ?? null,
    error: errorOf(told),
    isOfRegion: false,
  };
}

/** `bounce_5.1.1`, `blocked`, `dropped_bounced`: any other reason may quote the mail and the address. */
function errorOf({ event: kind, type, status, reason }: z.output<typeof event>): string | null {
  if (kind === 'bounce') return status === undefined ? type : `${type}_${status}`;
  return kind === 'dropped' ? (DROPPED.get(reason) ?? 'dropped') : null;
}
