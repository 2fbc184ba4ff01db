import type { RenderedMessage } from '../../delivery/message.js';
import type { MessageSender } from '../../delivery/message-sender.js';
import { DeliveryFailedError } from '../../errors/gatehouse-error.js';
import type { Backend } from '../../lib/backend.js';

/** The local stand-in for the providers: posts each message to the outbox, which shows it to the developer. */
export class OutboxSender implements MessageSender {
  constructor(
    private readonly url: string,
    private readonly backend: Backend,
  ) {}

  async send(message: RenderedMessage): Promise<void> {
    try {
      await this.backend.call('send', {}, async (signal) => {
        const body = JSON.stringify({ ...message, link: null });
        const response = await fetch(this.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          signal,
        });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`the outbox answered ${response.status}`);
      });
    } catch (error) {
      throw new DeliveryFailedError(error);
    }
  }
}
