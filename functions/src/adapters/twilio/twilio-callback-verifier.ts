import { parse } from 'node:querystring';
import { TWILIO_STATUS_PATH } from '../../delivery/callback-url.js';
import type { CallbackVerifier, SignedCallback } from '../../delivery/callback-verifier.js';

export interface TwilioCallbackOptions {
  /** Where Twilio reaches the function, without a slash at the end. */
  readonly publicUrl: string;
  readonly authToken: string;
}

/**
 * Twilio signs the URL that it was given together with the fields of the form. The URL is made here from what is configured:
 * whoever forwards a request may write its Host header as they like.
 * @see https://www.twilio.com/docs/usage/security#validating-requests
 */
export class TwilioCallbackVerifier implements CallbackVerifier {
  private loading: ReturnType<typeof loadValidator> | undefined;

  constructor(private readonly options: TwilioCallbackOptions) {}

  async isGenuine({ query, body, headers }: SignedCallback): Promise<boolean> {
    const { publicUrl, authToken } = this.options;
    this.loading ??= loadValidator();
    const { validateRequest } = await this.loading;
    const url = `${publicUrl}${TWILIO_STATUS_PATH}${query}`;
    return validateRequest(authToken, headers['x-twilio-signature'] ?? '', url, parse(body.toString('utf8')));
  }
}

/** That file alone: the package as a whole takes ten times as long to load. */
function loadValidator() {
  return import('twilio/lib/webhooks/webhooks.js');
}
