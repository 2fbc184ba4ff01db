import type { RenderedMessage } from './message.js';

/** What became of handing one message to a provider. `error` is the provider's code or a word of ours, never its text. */
export type Handover = { readonly provider: string } & (
  | { readonly outcome: 'accepted'; readonly providerId: string | null }
  /** Surely not taken, and another time it may be: too many at once, nobody there. */
  | { readonly outcome: 'not_taken'; readonly error: string; readonly retryAfterMs: number }
  /** Not even tried: the provider has been failing. */
  | { readonly outcome: 'not_tried'; readonly error: string }
  /**
   * Refused for good, on account of the `destination` (no such number), of its whole `region` (switched off, pumped), of
   * the `message`, or of our own `account` (a key that is not valid any more: so is every other message).
   */
  | {
      readonly outcome: 'refused';
      readonly error: string;
      readonly because: 'destination' | 'region' | 'message' | 'account';
    }
  /** Nobody knows whether it was taken. `answered`: that something went wrong there; otherwise no answer came. */
  | { readonly outcome: 'unknown'; readonly error: string; readonly answered: boolean }
);

/** Port: hands one message to a provider, once. Never throws. */
export interface MessageSender {
  send(message: RenderedMessage): Promise<Handover>;
}

/** Whether a message may go another way: its provider is busy, failing or refuses our account. A number or text that it refuses is not that. */
export function isDown(handover: Handover): boolean {
  if (handover.outcome === 'refused') return handover.because === 'account';
  return handover.outcome !== 'accepted';
}
