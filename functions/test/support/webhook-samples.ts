import { expect } from 'chai';
import { TWILIO_STATUS_PATH } from '../../src/delivery/callback-url.js';
import { type DeliveryId, deliveryId } from '../../src/delivery/delivery-id.js';
import type { DeliveryRecord } from '../../src/delivery/delivery-record.js';
import type { Webhook } from '../../src/http/webhook.js';
import { orgId } from '../../src/orgs/org-id.js';
import { type ApiResponse, expectStatus } from './api-client.js';
import type { TestApp } from './describe-app.js';
import { PROVIDER_KEYS, type ProviderKeys, PUBLIC_URL, signAsSendGrid, signAsTwilio } from './provider-signer.js';

type Fields = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

/** A provider's request without its signature. */
export interface Callback {
  /** With its `?`. */
  readonly query: string;
  readonly raw: string | Uint8Array;
}

interface WebhookSample {
  /** What the provider tells of a text message or a mail that has arrived. */
  readonly fields: (id: DeliveryId) => Fields;
  /** The same message, on its way. */
  readonly earlier: Fields;
  readonly encode: (fields: Fields) => Callback;
  readonly sign: (callback: Callback, keys?: ProviderKeys) => Headers;
}

const named = (delivery: DeliveryId) => ({ delivery, purpose: 'login', org: orgId.generate() });

/** By provider. A webhook without a sample fails the battery. */
const SAMPLES: Readonly<Record<Webhook['provider'], WebhookSample>> = {
  twilio: {
    fields: (id) => ({
      ...named(id),
      MessageSid: `SM${'0a'.repeat(16)}`,
      MessageStatus: 'delivered',
      To: '+12025550143',
      From: '+12025550100',
      AccountSid: `AC${'0b'.repeat(16)}`,
      ErrorCode: '',
    }),
    earlier: { MessageStatus: 'sent' },
    encode({ delivery, purpose, org, ...form }) {
      const encoded = (fields: Fields) =>
        new URLSearchParams(
          Object.entries(fields).map(([name, value]): [string, string] => [name, textOf(value)]),
        ).toString();
      return { query: `?${encoded({ delivery, purpose, org })}`, raw: encoded(form) };
    },
    sign: ({ query, raw }, keys) =>
      signAsTwilio(`${PUBLIC_URL}${TWILIO_STATUS_PATH}${query}`, Buffer.from(raw).toString('utf8'), keys),
  },
  sendgrid: {
    fields: (id) => ({
      ...named(id),
      email: 'ada@example.com',
      event: 'delivered',
      timestamp: 1_700_000_000,
      sg_event_id: 'ZGVsaXZlcmVk',
      sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filter-0',
      status: '2.0.0',
      type: 'bounce',
    }),
    earlier: { event: 'processed' },
    encode: (fields) => ({ query: '', raw: `${JSON.stringify([fields])}\r\n` }),
    sign: ({ raw }, keys = PROVIDER_KEYS) => signAsSendGrid(raw, keys),
  },
};

export function webhookSample({ provider }: Webhook): WebhookSample {
  return SAMPLES[provider];
}

/** What a provider tells of a message, signed with what it signs with. */
export function genuine(webhook: Webhook, id = deliveryId.generate(), change: Fields = {}) {
  const { fields, encode, sign } = webhookSample(webhook);
  const callback = encode({ ...fields(id), ...change });
  return { id, ...callback, headers: sign(callback) };
}

/** Calls a webhook with these headers beside the type of its body. */
export function callWebhook(
  { api }: Pick<TestApp, 'api'>,
  webhook: Webhook,
  { query, raw, headers = {} }: Callback & { readonly headers?: Headers },
): Promise<ApiResponse> {
  const type = { 'content-type': webhook.body.type };
  return api.request(`${webhook.path}${query}`, { raw, headers: { ...type, ...headers } });
}

/** What is known of a message; null for nothing. */
export async function deliveryOf({ ports }: TestApp, id: DeliveryId): Promise<DeliveryRecord | null> {
  return ports.deliveries.find(id);
}

/** The error as every path outside the APIs has it. */
export function expectForbidden(response: ApiResponse): ApiResponse {
  const { error, message, code, requestId, ...rest } = expectStatus(response, 403).body;
  expect(code, response.text).to.equal('invalid_signature');
  expect(error).to.equal(message);
  expect(requestId).to.equal(response.headers.get('x-request-id'));
  expect(rest).to.deep.equal({});
  expect(response.headers.get('cache-control')).to.equal('no-store');
  return response;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
