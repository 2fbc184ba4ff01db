import type { Contact } from '../contacts/contact.js';
import { DeliveryFailedError, GatehouseError, UnavailableError } from '../errors/gatehouse-error.js';
import type { BackgroundWork } from '../lib/background-work.js';
import { type Clock, SECOND_MS } from '../lib/clock.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { type DeliveryId, deliveryId } from './delivery-id.js';
import { type DeliveryLedger, entryOf } from './delivery-ledger.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Dispatcher } from './dispatcher.js';
import { type CodeJob, sealJob } from './job.js';
import { type Channel, channelOf, type IssuedCodeMessage, type Sender } from './message.js';
import { type Handover, isDown } from './message-sender.js';
import type { SendQuotas } from './send-quotas.js';

interface DeliveryDependencies {
  readonly dispatcher: Dispatcher;
  readonly ledger: DeliveryLedger;
  readonly queue: DeliveryQueue;
  readonly quotas: SendQuotas;
  readonly cipher: FieldCipher;
  readonly background: BackgroundWork;
  readonly clock: Clock;
}

/** What a caller may be told of a message: `pending` while nobody knows whether the provider has it. */
export interface SentMessage {
  readonly state: 'sent' | 'pending';
  readonly channel: Channel;
}

/** Sends codes: in the request where the caller may know the outcome, through the queue where it must not. */
export class DeliveryService {
  constructor(private readonly deps: DeliveryDependencies) {}

  /**
   * Of a message that the quotas have admitted. What is for a test org ends here. While text messages can't be sent, the
   * code goes to `fallback` instead, the same one. @throws DeliveryFailedError, UnavailableError, RateLimitedError
   */
  async sendNow(sender: Sender, message: IssuedCodeMessage, fallback: Contact | null): Promise<SentMessage> {
    const channel = channelOf(message.to);
    if (sender.environment === 'test') return { state: 'sent', channel };
    const id = deliveryId.generate();
    const handover = await this.deps.dispatcher.hand(id, sender, message);
    if (fallback !== null && isDown(handover)) {
      this.note(id, sender, message, handover);
      return this.sendInstead(sender, { ...message, to: fallback }, handover);
    }
    if (handover.outcome === 'not_taken') {
      await this.sendAgainLater(id, sender, message, handover);
      return { state: 'pending', channel };
    }
    this.note(id, sender, message, handover);
    return { state: stateOf(handover), channel };
  }

  /**
   * Queues a message; one for nobody takes the same way to its end, so that nothing here tells whether anybody has the
   * contact. `isCounted`: its destination's limit has admitted it. @throws UnavailableError
   */
  async sendLater(
    sender: Sender,
    message: IssuedCodeMessage,
    how: Pick<CodeJob, 'isForNobody' | 'isCounted' | 'fallback'>,
  ): Promise<void> {
    await this.enqueue({ ...this.job(deliveryId.generate(), sender, message), ...how });
  }

  /** Where it can't go out instead, the code of a text message that may have been taken is not to be given up. */
  private async sendInstead(sender: Sender, message: IssuedCodeMessage, first: Handover): Promise<SentMessage> {
    try {
      await this.deps.quotas.reserve(sender, message.to, message.purpose);
      return await this.sendNow(sender, message, null);
    } catch (error) {
      if (!(error instanceof GatehouseError) || first.outcome !== 'unknown') throw error;
      return { state: stateOf(first), channel: 'sms' };
    }
  }

  /** The record first: without it a worker would take the message for one that nobody has tried. */
  private async sendAgainLater(
    id: DeliveryId,
    sender: Sender,
    message: IssuedCodeMessage,
    handover: Extract<Handover, { outcome: 'not_taken' }>,
  ): Promise<void> {
    await this.deps.ledger.add(entryOf(id, sender, message), handover);
    try {
      await this.enqueue(this.job(id, sender, message), handover.retryAfterMs);
    } catch (error) {
      this.note(id, sender, message, handover);
      throw error;
    }
  }

  private job(id: DeliveryId, { orgId }: Sender, message: IssuedCodeMessage): CodeJob {
    const sendBefore = this.deps.clock.now() + message.lifetimeSeconds * SECOND_MS;
    return { kind: 'code', id, orgId, message, sendBefore, isForNobody: false, isCounted: true, fallback: null };
  }

  private enqueue(job: CodeJob, delayMs?: number): Promise<void> {
    return this.deps.queue.enqueue(sealJob(this.deps.cipher, job), delayMs);
  }

  /** Of a message that is not tried again. Behind the answer: the caller's own outcome does not depend on it. */
  private note(id: DeliveryId, sender: Sender, message: IssuedCodeMessage, handover: Handover): void {
    this.deps.background.start(() => this.deps.ledger.add(entryOf(id, sender, message), handover, true));
  }
}

/** @throws DeliveryFailedError, UnavailableError */
function stateOf(handover: Handover): SentMessage['state'] {
  switch (handover.outcome) {
    case 'accepted':
      return 'sent';
    case 'unknown':
      if (handover.answered) throw new DeliveryFailedError(new HandoverError(handover), true);
      return 'pending';
    case 'refused':
      if (handover.because === 'account') throw new UnavailableError(new HandoverError(handover));
      throw new DeliveryFailedError(new HandoverError(handover));
    case 'not_tried':
    case 'not_taken':
      throw new UnavailableError(new HandoverError(handover));
  }
}

/** For the log: the provider and its code, and nothing else that it said. */
export class HandoverError extends Error {
  readonly code: string;

  constructor({ provider, outcome, error }: Exclude<Handover, { outcome: 'accepted' }>) {
    super(`${provider} has not taken the message: ${outcome}`);
    this.name = 'HandoverError';
    this.code = `${provider}/${error}`;
  }
}
