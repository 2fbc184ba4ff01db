import type { BackgroundWork } from '../lib/background-work.js';
import type { DeliveryId } from './delivery-id.js';
import type { Message, Sender } from './message.js';
import type { Handover, MessageSender } from './message-sender.js';
import type { PrefixBreaker } from './prefix-breaker.js';
import type { SmsCap } from './sms-cap.js';
import { render } from './templates.js';

interface DispatcherDependencies {
  readonly sender: MessageSender;
  readonly prefixes: PrefixBreaker;
  readonly cap: SmsCap;
  readonly background: BackgroundWork;
}

/** Puts a message into words and hands it to its provider, once. */
export class Dispatcher {
  constructor(private readonly deps: DispatcherDependencies) {}

  async hand(id: DeliveryId, sender: Sender, message: Message): Promise<Handover> {
    const handover = await this.deps.sender.send(await render(id, sender, message));
    if (message.to.kind === 'phone' && handover.outcome === 'refused') this.learn(sender, message, handover.because);
    return handover;
  }

  /** A number that is none costs nothing; of a region that is shut or pumped, nobody there is to be tried for a while. */
  private learn(sender: Sender, { to }: Message, because: string): void {
    if (because === 'destination') this.deps.cap.giveBack(sender);
    if (because === 'region') this.deps.background.start(() => this.deps.prefixes.flag(to.value));
  }
}
