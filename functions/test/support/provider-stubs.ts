import { randomBytes } from 'node:crypto';
import { type SendGridBody, wrongForSendGrid, wrongForTwilio } from './provider-rules.js';
import { ProviderStub } from './provider-stub.js';
import type { StubAnswer, StubRequest } from './stub-server.js';
import type { WireFault } from './wire-fault.js';

const hex = () => randomBytes(16).toString('hex');
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const complain = (status: number, reason: string): WireFault => ({ mode: 'status', status, reason });

export const TWILIO_ACCOUNT = {
  accountSid: `AC${'a'.repeat(32)}`,
  username: `SK${'b'.repeat(32)}`,
  password: 'secret',
};

/** A text message that Twilio has taken; null for what it was not told. */
export interface TwilioMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | null;
  readonly body: string;
  readonly statusCallback: string | null;
  readonly validityPeriod: string | null;
}

/**
 * Programmable Messaging. A fault's `reason` is Twilio's code.
 * @see https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
 */
export class TwilioStub extends ProviderStub<TwilioMessage> {
  /** Who may send: an API key or the account itself. */
  account = TWILIO_ACCOUNT;

  static fields(request: StubRequest): Record<string, string> {
    return Object.fromEntries(new URLSearchParams(String(request.body)));
  }

  protected complaint(request: StubRequest): WireFault | null {
    const { accountSid, username, password } = this.account;
    if (request.headers.authorization !== basic(username, password)) return complain(401, '20003');
    const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
    if (request.method !== 'POST' || request.url.pathname !== path) return complain(404, '20404');
    const code = wrongForTwilio(TwilioStub.fields(request));
    return code === null ? null : complain(400, code);
  }

  protected take(request: StubRequest): StubAnswer {
    const sid = `SM${hex()}`;
    const fields = TwilioStub.fields(request);
    const { To = '', Body = '', From = null, MessagingServiceSid = null } = fields;
    const { StatusCallback = null, ValidityPeriod = null } = fields;
    this.messages.push({
      sid,
      to: To,
      from: From,
      messagingServiceSid: MessagingServiceSid,
      body: Body,
      statusCallback: StatusCallback,
      validityPeriod: ValidityPeriod,
    });
    const uri = `/2010-04-01/Accounts/${this.account.accountSid}/Messages/${sid}`;
    const now = new Date().toUTCString().replace('GMT', '+0000');
    const json = {
      account_sid: this.account.accountSid,
      api_version: '2010-04-01',
      body: Body,
      date_created: now,
      date_sent: null,
      date_updated: now,
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      from: From,
      messaging_service_sid: MessagingServiceSid,
      num_media: '0',
      // A messaging service has not chosen its sender yet.
      num_segments: MessagingServiceSid === null ? '1' : '0',
      price: null,
      price_unit: null,
      sid,
      status: MessagingServiceSid === null ? 'queued' : 'accepted',
      subresource_uris: { media: `${uri}/Media.json` },
      to: To,
      uri: `${uri}.json`,
    };
    return { status: 201, json, headers: { 'twilio-request-id': `RQ${hex()}` } };
  }

  /** https://www.twilio.com/docs/usage/twilios-response#exceptions; it repeats what it was given, as Twilio does. */
  protected refusal({ status = 500, reason = '20500', headers = {} }: WireFault, request: StubRequest): StubAnswer {
    const code = Number(reason);
    const { To, Body } = TwilioStub.fields(request);
    const message = `Not so: ${To}, ${Body}`;
    const json = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
    return { status, json, headers };
  }
}

export const SENDGRID_KEY = 'SG.sendgrid-key';

/** A mail that SendGrid has taken: `body` is the whole request. */
export interface SendGridMail {
  /** Of the header X-Message-Id; the events' `sg_message_id` begins with it. */
  readonly messageId: string;
  readonly to: string;
  readonly from: { readonly email: string; readonly name?: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly categories: readonly string[];
  readonly customArgs: Readonly<Record<string, string>>;
}

const SENDGRID_SAYS: Readonly<Record<number, string>> = {
  400: 'Does not contain a valid address.',
  401: 'The provided authorization grant is invalid, expired, or revoked',
  403: 'The from address does not match a verified Sender Identity.',
  404: 'not found',
  413: 'content too large',
  429: 'too many requests',
};

/**
 * The v3 Mail Send API. A fault's `reason` is the field that it names, `null` unless given.
 * @see https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */
export class SendGridStub extends ProviderStub<SendGridMail> {
  key = SENDGRID_KEY;

  /** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors */
  protected complaint(request: StubRequest): WireFault | null {
    if (request.headers.authorization !== `Bearer ${this.key}`) return { mode: 'status', status: 401 };
    if (request.method !== 'POST' || request.url.pathname !== '/v3/mail/send') return { mode: 'status', status: 404 };
    const field = wrongForSendGrid(request.body as SendGridBody);
    return field === null ? null : complain(400, field);
  }

  protected take(request: StubRequest): StubAnswer {
    const { personalizations, content = [], ...body } = request.body as SendGridBody;
    const part = (type: string) => content.find((one) => one.type === type)?.value;
    const messageId = randomBytes(16).toString('base64url');
    this.messages.push({
      messageId,
      to: personalizations?.[0]?.to[0]?.email ?? '',
      from: body.from ?? { email: '' },
      subject: body.subject ?? '',
      text: part('text/plain') ?? '',
      html: part('text/html') ?? null,
      categories: body.categories ?? [],
      customArgs: body.custom_args ?? {},
    });
    return { status: 202, text: '', headers: { 'x-message-id': messageId } };
  }

  protected refusal({ status = 500, reason, headers = {} }: WireFault): StubAnswer {
    const error = { message: SENDGRID_SAYS[status] ?? 'internal server error', field: reason ?? null, help: null };
    return { status, json: { errors: [error] }, headers };
  }
}
