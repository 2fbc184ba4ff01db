import type { DeliveryQueue } from '../../delivery/delivery-queue.js';
import type { RenderedMessage } from '../../delivery/message.js';
import type { MessageSender } from '../../delivery/message-sender.js';

/** Keeps messages for tests to read. */
export class MemoryOutbox implements MessageSender {
  readonly messages: RenderedMessage[] = [];

  async send(message: RenderedMessage): Promise<void> {
    this.messages.push(message);
  }
}

/** Keeps queued payloads until somebody works them off. */
export class MemoryQueue implements DeliveryQueue {
  readonly payloads: string[] = [];

  async enqueue(sealedPayload: string): Promise<void> {
    this.payloads.push(sealedPayload);
  }

  /** Takes every payload that is queued now to its end. */
  async drain(deliver: (sealedPayload: string) => Promise<void>): Promise<void> {
    for (const payload of this.payloads.splice(0)) await deliver(payload);
  }
}
