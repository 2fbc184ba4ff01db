import type { Channel, RenderedMessage } from './message.js';
import type { Handover, MessageSender } from './message-sender.js';

export type ChannelSenders = Readonly<Record<Channel, MessageSender | null>>;

/** Sends each message through the provider of its channel. A channel without one takes no messages. */
export class ChannelSender implements MessageSender {
  constructor(private readonly senders: ChannelSenders) {}

  async send(message: RenderedMessage): Promise<Handover> {
    const sender = this.senders[message.channel];
    if (sender === null) return { provider: 'none', outcome: 'refused', because: 'account', error: 'not_configured' };
    return sender.send(message);
  }
}
