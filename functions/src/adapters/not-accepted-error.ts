import type { Handover } from '../delivery/message-sender.js';

type NotAccepted = Extract<Handover, { outcome: 'refused' | 'not_taken' | 'unknown' }>;

/** A provider has answered, and has not accepted the message. What it said is left out: it repeats contact and text. */
export class NotAcceptedError extends Error {
  constructor(readonly handover: NotAccepted) {
    super(`${handover.provider} has not accepted the message`);
    this.name = 'NotAcceptedError';
  }
}

/** An error answer of a provider. */
export interface ErrorAnswer {
  readonly provider: string;
  /** Of HTTP. */
  readonly status: number;
  /** The provider's own code, where it has them. */
  readonly code?: string | undefined;
  /**
   * Whether the body is an error as the provider words it. Anything else may be a firewall's on the way, which this one
   * text displeases.
   */
  readonly isReadable: boolean;
  /** Whose fault it is, where that is known better than by the status. */
  readonly because?: Extract<NotAccepted, { outcome: 'refused' }>['because'] | undefined;
  /** How long to wait, in milliseconds, before anything is sent again. */
  readonly retryAfterMs: number;
}

/** What a provider's answer that is none of acceptance says of the message. */
export function notAccepted(answer: ErrorAnswer): NotAcceptedError {
  const { provider, status, code, isReadable, because, retryAfterMs } = answer;
  const common = { provider, error: code ?? `http_${status}` };
  if (because !== undefined) return new NotAcceptedError({ ...common, outcome: 'refused', because });
  if (status === 429) return new NotAcceptedError({ ...common, outcome: 'not_taken', retryAfterMs });
  if (status === 401 || (status === 403 && isReadable))
    return new NotAcceptedError({ ...common, outcome: 'refused', because: 'account' });
  if (status >= 400 && status < 500) return new NotAcceptedError({ ...common, outcome: 'refused', because: 'message' });
  return new NotAcceptedError({ ...common, outcome: 'unknown', answered: true });
}

/** For the breaker: no answer, or one that other messages would get too. */
export function isDeliveryOutage(error: unknown): boolean {
  if (!(error instanceof NotAcceptedError)) return true;
  const { handover } = error;
  return handover.outcome !== 'refused' || handover.because === 'account';
}

/** For the breaker: an answer that every other message would get, until somebody changes our account. */
export function isAccountRefused(error: unknown): boolean {
  return error instanceof NotAcceptedError && isDeliveryOutage(error) && error.handover.outcome === 'refused';
}
