import type { DeliveryQueue } from '../../delivery/delivery-queue.js';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';

/** Keeps messages for tests to read. */
export class MemoryOutbox implements MessageSender {
  readonly messages: RenderedMessage[] = [];

  async send(message: RenderedMessage): Promise<Handover> {
    this.messages.push(message);
    return { provider: 'outbox', outcome: 'accepted', providerId: String(this.messages.length) };
  }
}

interface QueuedJob {
  readonly payload: string;
  readonly delayMs: number;
}

/** Keeps queued payloads until somebody works them off. */
export class MemoryQueue implements DeliveryQueue {
  readonly jobs: QueuedJob[] = [];

  async enqueue(payload: string, delayMs = 0): Promise<void> {
    this.jobs.push({ payload, delayMs });
  }

  /** Takes every payload that is queued now to its end. */
  async drain(work: (sealedPayload: string) => Promise<unknown>): Promise<void> {
    for (const { payload } of this.jobs.splice(0)) await work(payload);
  }
}
