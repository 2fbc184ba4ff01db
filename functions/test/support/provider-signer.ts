import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { parse } from 'node:querystring';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { SendGridCallbackVerifier } from '../../src/adapters/sendgrid/sendgrid-callback-verifier.js';
import { TwilioCallbackVerifier } from '../../src/adapters/twilio/twilio-callback-verifier.js';
import type { CallbackVerifiers } from '../../src/delivery/callback-verifier.js';

/** Where the providers are told that the function is. It is elsewhere, as behind any front end. */
export const PUBLIC_URL = 'https://id.example.com/api';

/** What a provider signs with. */
export interface ProviderKeys {
  readonly twilioAuthToken: string;
  readonly sendgrid: ReturnType<typeof newSendGridKeys>;
}

export function newProviderKeys(): ProviderKeys {
  return { twilioAuthToken: randomBytes(16).toString('hex'), sendgrid: newSendGridKeys() };
}

/** Those that test apps know their providers by. */
export const PROVIDER_KEYS = newProviderKeys();

export function callbackVerifiers({ twilioAuthToken, sendgrid }: ProviderKeys = PROVIDER_KEYS): CallbackVerifiers {
  return {
    twilio: new TwilioCallbackVerifier({ publicUrl: PUBLIC_URL, authToken: twilioAuthToken }),
    sendgrid: new SendGridCallbackVerifier(sendgrid.publicKey),
  };
}

/** `url` as it was given to Twilio, which keeps the fragment to itself. */
export function signAsTwilio(url: string, form: string, { twilioAuthToken } = PROVIDER_KEYS): Record<string, string> {
  const [called = ''] = url.split('#');
  return { 'x-twilio-signature': getExpectedTwilioSignature(twilioAuthToken, called, parse(form)) };
}

export function signAsSendGrid(
  body: string | Uint8Array,
  { sendgrid } = PROVIDER_KEYS,
  time = '1700000000',
): Record<string, string> {
  const signature = sign('sha256', Buffer.concat([Buffer.from(time), Buffer.from(body)]), sendgrid.privateKey);
  return {
    'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    'x-twilio-email-event-webhook-timestamp': time,
  };
}

function newSendGridKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), privateKey };
}
