import { deliveryId } from '../../src/delivery/delivery-id.js';
import type { RenderedMessage } from '../../src/delivery/message.js';
import { orgId } from '../../src/orgs/org-id.js';

/** A text message as it leaves. */
export function aMessage(changes: Partial<RenderedMessage> = {}): RenderedMessage {
  return {
    id: deliveryId.generate(),
    to: '+12025550143',
    channel: 'sms',
    purpose: 'login',
    orgId: orgId.generate(),
    locale: 'en',
    from: { name: 'Acme', email: null },
    subject: null,
    text: '123456 is your Acme code & more',
    html: null,
    code: '123456',
    lifetimeSeconds: 300,
    ...changes,
  };
}

/** A mail as it leaves. */
export function aMail(changes: Partial<RenderedMessage> = {}): RenderedMessage {
  return aMessage({
    to: 'ada@example.com',
    channel: 'email',
    subject: 'Your login code for Acme',
    html: '<p><strong>123456</strong> is your Acme code</p>',
    ...changes,
  });
}
