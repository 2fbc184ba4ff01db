import type { ChallengePurpose } from '../codes/challenge-record.js';
import type { Contact } from '../contacts/contact.js';

/** One code for one person: what the templates need to make a message of it. */
export interface CodeMessage {
  readonly to: Contact;
  readonly purpose: ChallengePurpose;
  readonly code: string;
  readonly lifetimeSeconds: number;
  readonly orgId: string | null;
  readonly senderName: string;
}

/** A message as it leaves: text for a phone, text and HTML with a subject for a mailbox. */
export interface RenderedMessage {
  readonly to: string;
  readonly channel: 'sms' | 'email';
  readonly purpose: ChallengePurpose;
  readonly orgId: string | null;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  /** For the local outbox alone; a real provider is never given it apart from the text. */
  readonly code: string;
}
