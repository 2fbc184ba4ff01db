import type { DeliveryId } from './delivery-id.js';
import type { Message, RenderedMessage, Sender } from './message.js';
import { mailOf } from './templates/mail.js';
import { orgName } from './templates/org-name.js';
import { smsText } from './templates/sms.js';
import { TEXTS } from './templates/texts.js';

/**
 * Puts a message into words: the org's own where it has set some, else ours in the language asked for. A text message is
 * one segment. Nothing that a user has written gets in.
 */
export async function render(id: DeliveryId, sender: Sender, message: Message): Promise<RenderedMessage> {
  const { to, purpose, locale } = message;
  const { code, lifetimeSeconds } = 'code' in message ? message : { code: null, lifetimeSeconds: null };
  const from = { name: orgName(sender) || TEXTS[locale].unnamedSender, email: sender.settings.senderEmail };
  const common = { id, to: to.value, purpose, orgId: sender.orgId, locale, from, code, lifetimeSeconds };
  if (to.kind === 'email') return { ...common, channel: 'email', ...mailOf(sender, message) };
  return { ...common, channel: 'sms', subject: null, text: await smsText(sender, message), html: null };
}
