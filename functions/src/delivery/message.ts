import { CHALLENGE_PURPOSES, type ChallengePurpose, type IssuedCode } from '../codes/challenge-record.js';
import type { Contact } from '../contacts/contact.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { DeliveryId } from './delivery-id.js';
import type { Locale } from './locale.js';

/** What a user is told of after it has happened. */
export const NOTICE_KINDS = ['password_changed', 'contact_changed', 'new_device'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export const MESSAGE_PURPOSES = [...CHALLENGE_PURPOSES, ...NOTICE_KINDS] as const;
export type MessagePurpose = (typeof MESSAGE_PURPOSES)[number];

export function isNoticeKind(purpose: string): purpose is NoticeKind {
  return NOTICE_KINDS.some((kind) => kind === purpose);
}

/** On whose behalf a message goes out: its name, its addresses, its words and what it may cost. */
export interface Sender extends Pick<OrgRecord, 'environment' | 'name' | 'settings'> {
  readonly orgId: OrgRecord['orgId'] | null;
}

/** One code for one person. */
export interface CodeMessage {
  readonly to: Contact;
  readonly purpose: ChallengePurpose;
  readonly code: string;
  readonly lifetimeSeconds: number;
  readonly locale: Locale;
}

/** One that can be told from those that came after it. */
export interface IssuedCodeMessage extends CodeMessage, IssuedCode {}

export interface NoticeMessage {
  readonly to: Contact;
  readonly purpose: NoticeKind;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  readonly locale: Locale;
}

/** What is to be said to one person, before it has words. */
export type Message = CodeMessage | IssuedCodeMessage | NoticeMessage;

export const CHANNELS = ['sms', 'email'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A message as it leaves: text for a phone, text and HTML with a subject for a mailbox. */
export interface RenderedMessage {
  readonly id: DeliveryId;
  readonly to: string;
  readonly channel: Channel;
  readonly purpose: MessagePurpose;
  readonly orgId: Sender['orgId'];
  readonly locale: Locale;
  /** Whom a mail is from; without an address it comes from the deployment's own. */
  readonly from: { readonly name: string; readonly email: string | null };
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  /** For the local outbox alone; a real provider is never given it apart from the text. null for a notice. */
  readonly code: string | null;
  /** How long the code lives, after which the message is worth nothing; null for a notice. */
  readonly lifetimeSeconds: number | null;
}

export function channelOf({ kind }: Contact): Channel {
  return kind === 'phone' ? 'sms' : 'email';
}
