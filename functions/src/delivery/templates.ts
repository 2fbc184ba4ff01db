import escapeHtml from 'escape-html';
import type { ChallengePurpose } from '../codes/challenge-record.js';
import type { CodeMessage, RenderedMessage } from './message.js';

const SECONDS_PER_MINUTE = 60;

const ACTIONS: Record<ChallengePurpose, { readonly subject: string; readonly use: string }> = {
  login: { subject: 'Your login code', use: 'to log in' },
  password_reset: { subject: 'Your password reset code', use: 'to set a new password' },
};

/** Makes the text of a message. The code comes first in the text, so that it shows in a notification. */
export function render(message: CodeMessage): RenderedMessage {
  const { to, purpose, code, lifetimeSeconds, orgId, senderName } = message;
  const { subject, use } = ACTIONS[purpose];
  const minutes = Math.ceil(lifetimeSeconds / SECONDS_PER_MINUTE);
  const text = `${code} is your ${senderName} code ${use}. It is valid for ${minutes} minutes. Never share it.`;
  const common = { to: to.value, purpose, orgId, text, code };
  if (to.kind === 'phone') return { ...common, channel: 'sms', subject: null, html: null };
  const html = `<p>${escapeHtml(text).replace(code, `<strong>${code}</strong>`)}</p>`;
  return { ...common, channel: 'email', subject: `${subject} for ${senderName}`, html };
}
