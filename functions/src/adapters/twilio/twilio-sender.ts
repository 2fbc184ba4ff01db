import type { RequestClient, Twilio } from 'twilio';
import { twilioStatusUrl } from '../../delivery/callback-url.js';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';
import type { Backend } from '../../lib/backend.js';
import { SECOND_MS } from '../../lib/clock.js';
import { axiosLimits, underSignal } from '../axios-limits.js';
import { handOver } from '../failed-handover.js';
import { notAccepted } from '../not-accepted-error.js';
import { openedOnce } from '../opened-once.js';
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
const CONNECTIONS = {
  /** The package has 20: who waits for one of them waits under a deadline, and counts as perhaps taken without having left. */
  maxSockets: Number.POSITIVE_INFINITY,
  maxTotalSockets: Number.POSITIVE_INFINITY,
  /** How long an idle one is kept, as by Node's own agent: a message is lost with one that Twilio has closed meanwhile. */
  timeout: 5 * SECOND_MS,
};
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/i;

/** Text messages through Twilio Programmable Messaging. The package is loaded with the first message. */
export class TwilioSender implements MessageSender {
  private readonly client: () => Promise<Twilio>;

  constructor(
    private readonly options: TwilioOptions,
    private readonly backend: Backend,
  ) {
    this.client = openedOnce(PROVIDER, () => openClient(options));
  }

  /** One try: Twilio has no idempotency key, and a second message of unknown need costs money and confuses. */
  send(message: RenderedMessage): Promise<Handover> {
    return handOver(PROVIDER, async () => {
      const { messages } = await this.client();
      const create = () => messages.create(this.fieldsOf(message));
      const { sid } = await this.backend.call('send', {}, (signal) => underSignal(signal, create));
      return sid ?? null;
    });
  }

  private fieldsOf(message: RenderedMessage) {
    const { sender, publicUrl } = this.options;
    return {
      to: message.to,
      body: message.text,
      ...(MESSAGING_SERVICE.test(sender) ? { messagingServiceSid: sender } : { from: sender }),
      ...(publicUrl === null ? {} : { statusCallback: twilioStatusUrl(publicUrl, message) }),
      // A code that has waited in Twilio's queue for longer than it lives is not worth its price.
      ...(message.lifetimeSeconds === null ? {} : { validityPeriod: message.lifetimeSeconds }),
    };
  }
}

async function openClient({ accountSid, username, password, sender, origin }: TwilioOptions): Promise<Twilio> {
  const { default: twilio } = await import('twilio');
  const httpClient = new twilio.RequestClient(CONNECTIONS);
  httpClient.axios.interceptors.request.use((request) => Object.assign(request, axiosLimits()));
  if (origin !== undefined) redirect(httpClient, origin);
  refuse(httpClient, sender);
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
function refuse({ axios }: RequestClient, sender: string): void {
  axios.interceptors.response.use((response) => {
    const { status, headers, data } = response;
    if (status >= 200 && status < 300) return response;
    const code = codeOf(data);
    throw notAccepted({
      provider: PROVIDER,
      status,
      code: code?.toString(),
      isReadable: code !== undefined,
      because: code === undefined ? undefined : becauseOf(code, sender),
      retryAfterMs: retryAfterMs({ retryAfter: headers['retry-after'] }),
    });
  });
}

function codeOf(body: unknown): number | undefined {
  const { code } = (body ?? {}) as { readonly code?: unknown };
  return Number.isInteger(code) ? (code as number) : undefined;
}
