import type { Webhook } from '../webhook.js';
import { sendgridEvents } from './sendgrid-events.js';
import { twilioStatus } from './twilio-status.js';

/** Everything that providers call. */
export const webhooks: readonly Webhook[] = [twilioStatus, sendgridEvents];
