import type { MessageTemplate } from '../../orgs/org-settings.js';
import type { MessagePurpose, Sender } from '../message.js';

/** The org's own texts for a purpose. There are none for notices: what they say is not an org's to soften. */
export function overrideOf({ settings }: Sender, purpose: MessagePurpose): MessageTemplate {
  if (purpose === 'login') return settings.loginTemplate ?? {};
  return (purpose === 'password_reset' ? settings.resetTemplate : null) ?? {};
}

/** A text for where the org is called `name`; null for one that says `{org}` where there is no name. */
export function usable(text: string | undefined, name: string): string | null {
  return text === undefined || (name === '' && text.includes('{org}')) ? null : text;
}
