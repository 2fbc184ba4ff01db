import type { RequestClient, Twilio } from 'twilio';
import type { RenderedMessage } from '../../delivery/message.js';
import type { MessageSender } from '../../delivery/message-sender.js';
import { DeliveryFailedError } from '../../errors/gatehouse-error.js';
import type { Backend } from '../../lib/backend.js';
import { isProviderFault } from '../../lib/http-status.js';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** `MG…`, a messaging service, or a number in E.164 that belongs to the account. */
  readonly sender: string;
  /** Another origin than Twilio's, to test against. */
  readonly origin?: string;
}

/** Below the deadline of the call around it, so that the connection is closed and not just forgotten. */
const TIMEOUT_MS = 3_500;

/** Text messages through Twilio Programmable Messaging. The package is loaded with the first message. */
export class TwilioSender implements MessageSender {
  private client: Promise<Twilio> | undefined;

  constructor(
    private readonly options: TwilioOptions,
    private readonly backend: Backend,
  ) {}

  /** One try: Twilio has no idempotency key, and a second message of unknown need costs money and confuses. */
  async send({ to, text }: RenderedMessage): Promise<void> {
    const { sender } = this.options;
    const from = sender.startsWith('MG') ? { messagingServiceSid: sender } : { from: sender };
    try {
      this.client ??= openClient(this.options);
      const client = await this.client;
      await this.backend.call('send', {}, () => client.messages.create({ to, body: text, ...from }));
    } catch (error) {
      throw new DeliveryFailedError(error);
    }
  }
}

async function openClient({ accountSid, authToken, origin }: TwilioOptions): Promise<Twilio> {
  const { default: twilio } = await import('twilio');
  const httpClient = new twilio.RequestClient({ timeout: TIMEOUT_MS });
  if (origin !== undefined) redirect(httpClient, origin);
  return twilio(accountSid, authToken, { httpClient });
}

/** The package has its hosts built in: an interceptor of its HTTP client (axios) leads the requests elsewhere. */
function redirect({ axios }: RequestClient, origin: string): void {
  axios.interceptors.request.use((request) => ({
    ...request,
    url: request.url?.replace(/^https:\/\/[^/]+/, origin) ?? origin,
  }));
}

/** For the breaker: no answer, or one that every message would get. A number that takes no messages is not. */
export function isTwilioOutage(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status !== 'number' || isProviderFault(status);
}
