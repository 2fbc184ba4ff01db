import type { Logger } from '../lib/logger.js';
import type { RenderedMessage } from './message.js';
import type { Handover, MessageSender } from './message-sender.js';

/**
 * Tells the log of each message that a provider is not known to have taken, also where it then goes another way, so that a
 * refused key or a failing provider shows whoever was asking. Nothing that a provider said is in there but its code.
 */
export class LoggedSender implements MessageSender {
  constructor(
    private readonly sender: MessageSender,
    private readonly logger: Logger,
  ) {}

  async send(message: RenderedMessage): Promise<Handover> {
    const handover = await this.sender.send(message);
    if (handover.outcome !== 'accepted') this.tell(message, handover);
    return handover;
  }

  private tell(message: RenderedMessage, handover: Exclude<Handover, { outcome: 'accepted' }>): void {
    const { id: delivery, orgId, channel, purpose } = message;
    const { provider, outcome, error } = handover;
    const because = handover.outcome === 'refused' ? handover.because : undefined;
    const severity = because === 'account' || because === 'message' ? 'ERROR' : 'WARNING';
    this.logger.log(severity, 'handover_failed', {
      delivery,
      orgId,
      channel,
      purpose,
      provider,
      outcome,
      because,
      error,
    });
  }
}
