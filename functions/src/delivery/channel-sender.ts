import { DeliveryFailedError } from '../errors/gatehouse-error.js';
import type { RenderedMessage } from './message.js';
import type { MessageSender } from './message-sender.js';

export type ChannelSenders = Readonly<Record<RenderedMessage['channel'], MessageSender | null>>;

/** Sends each message through the provider of its channel. A channel without one fails closed. */
export class ChannelSender implements MessageSender {
  constructor(private readonly senders: ChannelSenders) {}

  async send(message: RenderedMessage): Promise<void> {
    const sender = this.senders[message.channel];
    if (sender === null) throw new DeliveryFailedError(new Error(`no provider for ${message.channel} is configured`));
    await sender.send(message);
  }
}
