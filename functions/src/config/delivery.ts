import type { ParamName, ReadParam } from './param-names.js';

export interface DeliveryConfig {
  /** Where messages of a channel without a provider go. Local stacks only. */
  readonly outboxUrl: string | null;
  readonly twilio: { readonly accountSid: string; readonly authToken: string; readonly sender: string } | null;
  readonly sendgrid: { readonly apiKey: string; readonly from: string } | null;
  /** What an operator should know at start. */
  readonly warnings: readonly string[];
}

/** Secret Manager stores no empty secret: this one says that a provider is not used. */
const UNSET = 'unset';

/** A provider is used when all of its settings are there. @throws Error when only some of them are */
export function readDelivery(read: ReadParam, outboxUrl: string | undefined): DeliveryConfig {
  const [accountSid = '', authToken = '', sender = ''] = readAllOrNone(read, [
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_SENDER',
  ]);
  const [apiKey = '', from = ''] = readAllOrNone(read, ['SENDGRID_API_KEY', 'SENDGRID_FROM']);
  const twilio = accountSid === '' ? null : { accountSid, authToken, sender };
  const sendgrid = apiKey === '' ? null : { apiKey, from };
  const missing = [
    twilio === null ? ['text messages (Twilio)'] : [],
    sendgrid === null ? ['e-mail (SendGrid)'] : [],
  ].flat();
  const warnings =
    outboxUrl === undefined ? missing.map((what) => `No provider for ${what} is configured: sending fails.`) : [];
  return { outboxUrl: outboxUrl ?? null, twilio, sendgrid, warnings };
}

function readAllOrNone(read: ReadParam, names: readonly ParamName[]): string[] {
  const values = names.map((name) => read(name)).map((value) => (value === UNSET ? '' : value));
  const missing = names.filter((_, index) => values[index] === '');
  if (missing.length === 0 || missing.length === names.length) return values;
  throw new Error(`Set ${missing.join(' and ')} as well, or none of ${names.join(', ')}.`);
}
