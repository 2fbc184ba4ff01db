import { createPublicKey } from 'node:crypto';
import type { ReadParam } from './param-names.js';

/** What the providers' reports on messages need. */
export interface CallbackConfig {
  /** Where the API is reached from outside, an https URL without a slash at its end. */
  readonly publicUrl: string | null;
  /** What Twilio signs its reports with. */
  readonly twilioAuthToken: string | null;
  /** The key that SendGrid's signatures are verified with: base64 of an SPKI of P-256, as its console shows it. */
  readonly sendgridPublicKey: string | null;
}

/** @throws Error that says what is wrong with a setting */
export function readCallbacks(read: ReadParam): CallbackConfig {
  const publicUrl = read('PUBLIC_URL');
  const key = read('SENDGRID_WEBHOOK_KEY').trim();
  if (publicUrl !== '' && !isPublicUrl(publicUrl))
    throw new Error(
      'The parameter PUBLIC_URL must be the https URL of the function api as providers reach it, without a slash at its end.',
    );
  if (key !== '' && !isP256(key))
    throw new Error(
      'The parameter SENDGRID_WEBHOOK_KEY must be the verification key that SendGrid shows under Mail Settings, Event Webhooks.',
    );
  const orNull = (value: string) => (value === '' ? null : value);
  return {
    publicUrl: orNull(publicUrl),
    twilioAuthToken: orNull(read('TWILIO_AUTH_TOKEN')),
    sendgridPublicKey: orNull(key),
  };
}

/** Twilio refuses the message whose callback has no proper host; it takes no underscores there. */
function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, origin } = new URL(text);
  const canonical = `${origin}${pathname === '/' ? '' : pathname}`;
  return (
    protocol === 'https:' && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(hostname) && text === canonical && !text.endsWith('/')
  );
}

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features */
function isP256(base64: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
