import type { RenderedMessage } from './message.js';

/** Port: hands one message to a provider. @throws DeliveryFailedError */
export interface MessageSender {
  send(message: RenderedMessage): Promise<void>;
}
