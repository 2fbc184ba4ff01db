import { z } from 'zod';
import { TWILIO_STATUS_PATH } from '../../delivery/callback-url.js';
import type { DeliveryReport } from '../../delivery/delivery-reports.js';
import { KILOBYTE } from '../middleware/request-body.js';
import type { Webhook } from '../webhook.js';
import { reportedMessage } from './reported-message.js';

/** Twilio's statuses that say more than that the message is on its way. */
const STATUSES = ['sent', 'delivered', 'undelivered', 'failed'] as const;
/**
 * The number stands among others that somebody is paid for, or its country is switched off. They are those of the answers
 * to messages. @see https://www.twilio.com/docs/api/errors/30450 https://www.twilio.com/docs/api/errors/30453
 */
const OF_REGION: ReadonlySet<string> = new Set(['21408', '30450', '30453', '60410']);

const status = z.object({
  MessageStatus: z.enum(STATUSES),
  MessageSid: z.string().regex(/^(?:SM|MM)[0-9a-f]{32}$/),
  To: z.e164(),
  ErrorCode: z
    .string()
    .regex(/^\d{1,6}$/)
    .nullable()
    .catch(null),
});

/** @see https://www.twilio.com/docs/messaging/guides/track-outbound-message-status */
export const twilioStatus: Webhook = {
  path: TWILIO_STATUS_PATH,
  event: 'delivery.reported',
  provider: 'twilio',
  signatureHeaders: ['x-twilio-signature'],
  body: { type: 'application/x-www-form-urlencoded', maxBytes: 100 * KILOBYTE },
  read(query, body): readonly DeliveryReport[] {
    const named = reportedMessage.safeParse(Object.fromEntries(query));
    const told = status.safeParse(body);
    if (!named.success || !told.success) return [];
    const { delivery: id, purpose, org: orgId } = named.data;
    const { MessageStatus, MessageSid: providerId, To: value, ErrorCode: error } = told.data;
    const entry = { id, orgId, purpose, to: { kind: 'phone', value } } as const;
    const isOfRegion = error !== null && OF_REGION.has(error);
    return [{ entry, status: MessageStatus, provider: 'twilio', providerId, error, isOfRegion }];
  },
};
