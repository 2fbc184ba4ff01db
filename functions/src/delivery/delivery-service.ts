import { z } from 'zod';
import type { FieldCipher } from '../pii/field-cipher.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { CodeMessage } from './message.js';
import type { MessageSender } from './message-sender.js';
import { render } from './templates.js';

interface DeliveryDependencies {
  readonly sender: MessageSender;
  readonly queue: DeliveryQueue;
  readonly cipher: FieldCipher;
}

const QUEUE_PLACE = { poolId: 'queue', uid: 'deliver', field: 'payload' };

/** Longer than any payload: an e-mail address is longer than a phone number, and only somebody known has both. */
const PADDED_LENGTH = 1_024;

const queuedSchema = z.object({
  suppressed: z.boolean(),
  message: z.object({
    to: z.object({ kind: z.enum(['email', 'phone']), value: z.string() }),
    purpose: z.enum(['login', 'password_reset']),
    code: z.string(),
    lifetimeSeconds: z.number(),
    orgId: z.string().nullable(),
    environment: z.enum(['live', 'test']),
    senderName: z.string(),
  }),
});

/** Sends codes: in the request where the caller may know the outcome, through the queue where it must not. */
export class DeliveryService {
  constructor(private readonly deps: DeliveryDependencies) {}

  /** What is for a test org ends here. @throws DeliveryFailedError */
  async sendNow(message: CodeMessage): Promise<void> {
    if (message.environment === 'test') return;
    await this.deps.sender.send(render(message));
  }

  /**
   * Queues a message; a suppressed one takes the same way and is dropped at its end, so that nothing here tells whether
   * anybody has the contact. @throws UnavailableError
   */
  async sendLater(message: CodeMessage, suppressed: boolean): Promise<void> {
    const payload = JSON.stringify({ suppressed, message }).padEnd(PADDED_LENGTH);
    await this.deps.queue.enqueue(this.deps.cipher.encrypt(QUEUE_PLACE, payload));
  }

  /** The other end of the queue. @throws DeliveryFailedError, so that the queue tries again. */
  async deliverQueued(sealedPayload: string): Promise<void> {
    const { suppressed, message } = queuedSchema.parse(
      JSON.parse(this.deps.cipher.decrypt(QUEUE_PLACE, sealedPayload)),
    );
    if (!suppressed) await this.sendNow(message);
  }
}
