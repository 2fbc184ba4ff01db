import type { ContactKind, CountryCode } from '../contacts/contact.js';
import type { Locale } from '../delivery/locale.js';
import { GRACE_DAYS } from '../edits/grace-days.js';
import type { LimitSettings } from '../limits/limit-policy.js';

/** An identity provider whose tokens an org trusts. The keys are pinned: a token never chooses where they come from. */
export interface TrustedIssuer {
  readonly iss: string;
  readonly aud: string;
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
}

/** Where a code goes: to the contact that the user gave, or always to the same kind. */
export type CodeChannel = 'contact' | 'sms' | 'email';

/** Texts of an org's own; `{code}` must be in them, `{org}` and `{minutes}` may be. */
export interface MessageTemplate {
  readonly sms?: string | undefined;
  readonly emailSubject?: string | undefined;
  readonly emailText?: string | undefined;
}

/** What an org may choose for itself. */
export interface OrgSettings {
  /** Digits of a code, 4–10. */
  readonly codeLength: number;
  /** Lifetime of a code in seconds, 60–600. */
  readonly codeLifetimeSeconds: number;
  readonly loginChannel: CodeChannel;
  readonly resetChannel: CodeChannel;
  /** Countries that text messages go to; null for the default country alone. */
  readonly smsCountries: readonly CountryCode[] | null;
  /** National numbers are read as numbers of this country. */
  readonly defaultCountry: CountryCode;
  /** Text messages that the org sends in a day at most; null for the policy's cap. */
  readonly smsPerDay: number | null;
  /** The kill switch: with `false`, no message of the org leaves. */
  readonly sendMessages: boolean;
  /** Whether a login code goes to the user's verified email while text messages can't be sent. */
  readonly smsFallbackToEmail: boolean;
  /** Fewest characters of a password; an API's own minimum applies as well. */
  readonly passwordMinLength: number;
  /** Whether passwords known from breaches are refused. */
  readonly passwordBreachCheck: boolean;
  /** How long a session lives at most, in seconds. */
  readonly sessionLifetimeSeconds: number;
  /** How long a rotated credential works beside its successor, in days. */
  readonly rotationGraceDays: number;
  /** Name and address that messages come from; null for the org's name, or the deployment's address. */
  readonly senderName: string | null;
  readonly senderEmail: string | null;
  /** The language of messages when the request names none that there is. */
  readonly locale: Locale;
  /** The site whose forms phones fill codes into; null for none. */
  readonly autofillDomain: string | null;
  readonly loginTemplate: MessageTemplate | null;
  readonly resetTemplate: MessageTemplate | null;
  /** Own limits by the names of their windows, `{ sends10m: 2 }`, within the ceilings of the policy. */
  readonly limits: LimitSettings | null;
  readonly trustedIssuer: TrustedIssuer | null;
}

const DAYS_30_SECONDS = 30 * 24 * 60 * 60;

export const DEFAULT_ORG_SETTINGS: OrgSettings = {
  codeLength: 6,
  codeLifetimeSeconds: 600,
  loginChannel: 'contact',
  resetChannel: 'contact',
  smsCountries: null,
  defaultCountry: 'US',
  smsPerDay: null,
  sendMessages: true,
  smsFallbackToEmail: false,
  passwordMinLength: 6,
  passwordBreachCheck: false,
  sessionLifetimeSeconds: DAYS_30_SECONDS,
  rotationGraceDays: GRACE_DAYS.usual,
  senderName: null,
  senderEmail: null,
  locale: 'en',
  autofillDomain: null,
  loginTemplate: null,
  resetTemplate: null,
  limits: null,
  trustedIssuer: null,
};

/** The kind of contact that a code goes to, when the user gave one of kind `given`. */
export function channelKind(channel: CodeChannel, given: ContactKind): ContactKind {
  if (channel === 'contact') return given;
  return channel === 'sms' ? 'phone' : 'email';
}
