import type { Channel, RenderedMessage } from '../../src/delivery/message.js';
import type { Handover, MessageSender } from '../../src/delivery/message-sender.js';

/** One thing that a provider may come to. */
export const HANDOVERS = {
  accepted: { provider: 'twilio', outcome: 'accepted', providerId: 'SM1' },
  notTaken: { provider: 'twilio', outcome: 'not_taken', error: '20429', retryAfterMs: 2_000 },
  notTried: { provider: 'twilio', outcome: 'not_tried', error: 'breaker_open' },
  badNumber: { provider: 'twilio', outcome: 'refused', because: 'destination', error: '21211' },
  regionOff: { provider: 'twilio', outcome: 'refused', because: 'region', error: '21408' },
  badMessage: { provider: 'twilio', outcome: 'refused', because: 'message', error: '21617' },
  keyRotated: { provider: 'twilio', outcome: 'refused', because: 'account', error: '20003' },
  serverError: { provider: 'twilio', outcome: 'unknown', error: '20500', answered: true },
  timedOut: { provider: 'twilio', outcome: 'unknown', error: 'no_answer', answered: false },
} as const satisfies Readonly<Record<string, Handover>>;

export interface Handed {
  readonly message: RenderedMessage;
  readonly handover: Handover;
}

/** Plays what it is told to, a handover for each message, and takes what it was told nothing of. */
export class ScriptedProvider implements MessageSender {
  /** Every message that it was given; not those that nobody has tried to give it. */
  readonly handed: Handed[] = [];
  /** By the channel of the message, the next first. */
  readonly script: Record<Channel, Handover[]> = { sms: [], email: [] };
  /** Called before each handover, with how many there were. */
  onSend: (handed: number) => void = () => {};

  async send(message: RenderedMessage): Promise<Handover> {
    this.onSend(this.handed.length);
    const handover = this.script[message.channel].shift() ?? HANDOVERS.accepted;
    if (handover.outcome !== 'not_tried') this.handed.push({ message, handover });
    return handover;
  }

  /** To whom, in order. */
  get recipients(): string[] {
    return this.handed.map(({ message }) => message.to);
  }

  /** Each code that left, once. */
  get codes(): string[] {
    return [...new Set(this.handed.flatMap(({ message }) => message.code ?? []))];
  }
}
