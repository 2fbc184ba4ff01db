import { regexes } from 'zod';
import { type CallbackConfig, readCallbacks } from './callbacks.js';
import type { ParamName, ReadParam } from './param-names.js';

export interface DeliveryConfig {
  /** Where messages of a channel without a provider go. Local stacks only. */
  readonly outboxUrl: string | null;
  readonly twilio: TwilioConfig | null;
  readonly sendgrid: { readonly apiKey: string; readonly from: string } | null;
  readonly callbacks: CallbackConfig;
  /** What an operator should know at start. */
  readonly warnings: readonly StartWarning[];
}

export interface TwilioConfig {
  readonly accountSid: string;
  /** Who sends: an API key and its secret where there is one, else the account and its auth token. */
  readonly username: string;
  readonly password: string;
  readonly sender: string;
  /** Our own address, to be reported to; null without the token that a report is verified with. */
  readonly publicUrl: string | null;
}

export interface StartWarning {
  /** An error keeps messages from being sent. */
  readonly severity: 'ERROR' | 'WARNING';
  readonly message: string;
}

/** Secret Manager stores no empty secret: this one says that it is not used. */
const UNSET = 'unset';
const TWILIO_KEY = ['TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET'] as const;
const TWILIO = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_SENDER', ...TWILIO_KEY] as const;
const SENDGRID = ['SENDGRID_API_KEY', 'SENDGRID_FROM'] as const;

/** A provider is used when all of its settings are there. @throws Error when only some of them are, or one is mistaken */
export function readDelivery(readParam: ReadParam, outboxUrl: string | undefined): DeliveryConfig {
  const read: ReadParam = (name) => {
    const value = readParam(name).trim();
    return value === UNSET ? '' : value;
  };
  const callbacks = readCallbacks(read);
  const twilio = readTwilio(read, callbacks);
  const config = { outboxUrl: outboxUrl ?? null, twilio, sendgrid: readSendGrid(read), callbacks };
  return { ...config, warnings: warningsOf(config) };
}

function readTwilio(read: ReadParam, { publicUrl, twilioAuthToken }: CallbackConfig): TwilioConfig | null {
  if (TWILIO.every((name) => read(name) === '')) return null;
  const hasKey = TWILIO_KEY.some((name) => read(name) !== '');
  const password = hasKey ? 'TWILIO_API_KEY_SECRET' : 'TWILIO_AUTH_TOKEN';
  const username = hasKey ? 'TWILIO_API_KEY_SID' : 'TWILIO_ACCOUNT_SID';
  requireAll(read, ['TWILIO_ACCOUNT_SID', 'TWILIO_SENDER', username, password], TWILIO);
  requireSid(read, 'TWILIO_ACCOUNT_SID', 'AC');
  if (hasKey) requireSid(read, 'TWILIO_API_KEY_SID', 'SK');
  return {
    accountSid: read('TWILIO_ACCOUNT_SID'),
    username: read(username),
    password: read(password),
    sender: read('TWILIO_SENDER'),
    publicUrl: twilioAuthToken === null ? null : publicUrl,
  };
}

function readSendGrid(read: ReadParam): DeliveryConfig['sendgrid'] {
  if (SENDGRID.every((name) => read(name) === '')) return null;
  requireAll(read, SENDGRID, SENDGRID);
  const from = read('SENDGRID_FROM');
  if (!regexes.email.test(from))
    throw new Error('The parameter SENDGRID_FROM must be an address and nothing else, such as codes@example.com.');
  return { apiKey: read('SENDGRID_API_KEY'), from };
}

/** Twilio's package makes no client of another account, and every message would fail by that. @throws Error */
function requireSid(read: ReadParam, name: ParamName, prefix: string): void {
  if (!read(name).startsWith(prefix))
    throw new Error(`The parameter ${name} must be what Twilio's console shows as such, ${prefix}….`);
}

/** @throws Error that says what is missing, and what to take away instead */
function requireAll(read: ReadParam, needed: readonly ParamName[], all: readonly ParamName[]): void {
  const missing = [...new Set(needed)].filter((name) => read(name) === '');
  if (missing.length === 0) return;
  // An API key does as well as the token.
  const names = missing.map((name) =>
    name === 'TWILIO_AUTH_TOKEN' ? `${name} (or ${TWILIO_KEY.join(' and ')})` : name,
  );
  throw new Error(`Set ${names.join(' and ')} as well, or none of ${all.join(', ')}.`);
}

type Providers = Pick<DeliveryConfig, 'twilio' | 'sendgrid' | 'callbacks'>;

function warningsOf({ outboxUrl, ...providers }: Omit<DeliveryConfig, 'warnings'>): StartWarning[] {
  const unused = outboxUrl === null ? unusedChannels(providers) : [];
  return [
    ...unused.map((channel): StartWarning => {
      return { severity: 'ERROR', message: `No provider for ${channel} is configured: sending fails.` };
    }),
    ...missingForReports(providers).map((name): StartWarning => {
      return { severity: 'WARNING', message: `${name} is not set: nobody reports whether messages arrive.` };
    }),
  ];
}

function unusedChannels({ twilio, sendgrid }: Providers): string[] {
  const unused = [];
  if (twilio === null) unused.push('text messages (Twilio)');
  if (sendgrid === null) unused.push('e-mail (SendGrid)');
  return unused;
}

/** What keeps the providers that are used from reporting what became of messages. */
export function missingForReports({ twilio, sendgrid, callbacks }: Providers) {
  const missing: ('PUBLIC_URL' | 'TWILIO_AUTH_TOKEN' | 'SENDGRID_WEBHOOK_KEY')[] = [];
  if (twilio !== null && callbacks.publicUrl === null) missing.push('PUBLIC_URL');
  if (twilio !== null && callbacks.twilioAuthToken === null) missing.push('TWILIO_AUTH_TOKEN');
  if (sendgrid !== null && callbacks.sendgridPublicKey === null) missing.push('SENDGRID_WEBHOOK_KEY');
  return missing;
}
