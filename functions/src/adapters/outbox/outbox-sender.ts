import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';
import type { Backend } from '../../lib/backend.js';
import { failedHandover } from '../failed-handover.js';
import { notAccepted } from '../not-accepted-error.js';

const PROVIDER = 'outbox';

/** The local stand-in for the providers: posts each message to the outbox, which shows it to the developer. */
export class OutboxSender implements MessageSender {
  constructor(
    private readonly url: string,
    private readonly backend: Backend,
  ) {}

  async send(message: RenderedMessage): Promise<Handover> {
    try {
      const { id } = await this.backend.call('send', {}, (signal) => this.post(message, signal));
      return { provider: PROVIDER, outcome: 'accepted', providerId: id };
    } catch (error) {
      return failedHandover(PROVIDER, error);
    }
  }

  private async post({ id: _, ...message }: RenderedMessage, signal: AbortSignal): Promise<{ readonly id: string }> {
    const body = JSON.stringify({ ...message, link: null });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url, { method: 'POST', headers, body, signal });
    if (response.ok) return (await response.json()) as { readonly id: string };
    await response.arrayBuffer();
    throw notAccepted({ provider: PROVIDER, status: response.status, retryAfterMs: RETRY_AFTER_MS.min });
  }
}
