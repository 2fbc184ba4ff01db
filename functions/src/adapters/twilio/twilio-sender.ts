import type { RequestClient, Twilio } from 'twilio';
import { CODE_LIFETIME_SECONDS } from '../../codes/code-policy.js';
import { twilioStatusUrl } from '../../delivery/callback-url.js';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';
import type { Backend } from '../../lib/backend.js';
import { failedHandover } from '../failed-handover.js';
import { notAccepted } from '../not-accepted-error.js';
import { retryAfterMs } from '../retry-after.js';
import { becauseOf } from './twilio-codes.js';

export interface TwilioOptions {
  readonly accountSid: string;
  /** Who sends: an API key, SK…, and its secret, or the account and its auth token. */
  readonly username: string;
  readonly password: string;
  /** `MG…`, a messaging service, or else a number in E.164, a short code or a name of letters, of the account's. */
  readonly sender: string;
  /** Our own address, which Twilio is asked to report to; null for no reports. */
  readonly publicUrl: string | null;
  /** Another origin than Twilio's, to test against. */
  readonly origin?: string;
}

const PROVIDER = 'twilio';
/** Below the deadline of the call around it, so that the connection is closed and not just forgotten. */
const TIMEOUT_MS = 3_500;
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/i;

/** Text messages through Twilio Programmable Messaging. The package is loaded with the first message. */
export class TwilioSender implements MessageSender {
  private client: Promise<Twilio> | undefined;

  constructor(
    private readonly options: TwilioOptions,
    private readonly backend: Backend,
  ) {}

  /** One try: Twilio has no idempotency key, and a second message of unknown need costs money and confuses. */
  async send(message: RenderedMessage): Promise<Handover> {
    try {
      this.client ??= openClient(this.options);
      const client = await this.client;
      const { sid } = await this.backend.call('send', {}, () => client.messages.create(this.fieldsOf(message)));
      return { provider: PROVIDER, outcome: 'accepted', providerId: sid ?? null };
    } catch (error) {
      return failedHandover(PROVIDER, error);
    }
  }

  private fieldsOf(message: RenderedMessage) {
    const { sender, publicUrl } = this.options;
    return {
      to: message.to,
      body: message.text,
      ...(MESSAGING_SERVICE.test(sender) ? { messagingServiceSid: sender } : { from: sender }),
      ...(publicUrl === null ? {} : { statusCallback: twilioStatusUrl(publicUrl, message) }),
      // A code that has waited in Twilio's queue for longer than codes live is not worth its price.
      ...(message.code === null ? {} : { validityPeriod: CODE_LIFETIME_SECONDS.max }),
    };
  }
}

async function openClient({ accountSid, username, password, origin }: TwilioOptions): Promise<Twilio> {
  const { default: twilio } = await import('twilio');
  const httpClient = new twilio.RequestClient({ timeout: TIMEOUT_MS });
  if (origin !== undefined) redirect(httpClient, origin);
  refuse(httpClient);
  return twilio(username, password, { accountSid, httpClient });
}

/** The package has its hosts built in: an interceptor of its HTTP client (axios) leads the requests elsewhere. */
function redirect({ axios }: RequestClient, origin: string): void {
  axios.interceptors.request.use((request) => ({
    ...request,
    url: request.url?.replace(/^https:\/\/[^/]+/, origin) ?? origin,
  }));
}

/** Ahead of the package's own errors, which have lost the headers. https://www.twilio.com/docs/usage/twilios-response */
function refuse({ axios }: RequestClient): void {
  axios.interceptors.response.use((response) => {
    const { status, headers, data } = response;
    if (status >= 200 && status < 300) return response;
    const code = codeOf(data);
    throw notAccepted({
      provider: PROVIDER,
      status,
      code: code?.toString(),
      because: code === undefined ? undefined : becauseOf(code),
      retryAfterMs: retryAfterMs({ retryAfter: headers['retry-after'] }),
    });
  });
}

function codeOf(body: unknown): number | undefined {
  const { code } = (body ?? {}) as { readonly code?: unknown };
  return Number.isInteger(code) ? (code as number) : undefined;
}
