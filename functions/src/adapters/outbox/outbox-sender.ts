import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';
import type { Backend } from '../../lib/backend.js';
import { handOver } from '../failed-handover.js';
import { notAccepted } from '../not-accepted-error.js';

const PROVIDER = 'outbox';

/** The local stand-in for the providers: posts each message to the outbox, which shows it to the developer. */
export class OutboxSender implements MessageSender {
  constructor(
    private readonly url: string,
    private readonly backend: Backend,
  ) {}

  send(message: RenderedMessage): Promise<Handover> {
    return handOver(PROVIDER, () => this.backend.call('send', {}, (signal) => this.post(message, signal)));
  }

  private async post({ id: _, ...message }: RenderedMessage, signal: AbortSignal): Promise<string> {
    const body = JSON.stringify({ ...message, link: null });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url, { method: 'POST', headers, body, signal });
    if (response.ok) return ((await response.json()) as { readonly id: string }).id;
    await response.arrayBuffer();
    const { status } = response;
    throw notAccepted({ provider: PROVIDER, status, isReadable: false, retryAfterMs: RETRY_AFTER_MS.min });
  }
}
