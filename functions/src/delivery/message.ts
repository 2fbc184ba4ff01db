import type { ChallengePurpose } from '../codes/challenge-record.js';
import type { Contact } from '../contacts/contact.js';
import type { CredentialEnvironment } from '../credentials/credential-id.js';
import type { OrgRecord } from '../orgs/org-record.js';

/** One code for one person: what the templates need to make a message of it. */
export interface CodeMessage {
  readonly to: Contact;
  readonly purpose: ChallengePurpose;
  readonly code: string;
  readonly lifetimeSeconds: number;
  readonly orgId: string | null;
  /** Messages of `test` leave for nobody. */
  readonly environment: CredentialEnvironment;
  readonly senderName: string;
}

/** Whose message it is. */
export function senderOf(org: OrgRecord): Pick<CodeMessage, 'orgId' | 'environment' | 'senderName'> {
  const { orgId, environment, settings, name } = org;
  return { orgId, environment, senderName: settings.senderName ?? name };
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
