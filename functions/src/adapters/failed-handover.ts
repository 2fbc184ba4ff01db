import { RETRY_AFTER_MS } from '../delivery/delivery-policy.js';
import type { Handover } from '../delivery/message-sender.js';
import { BreakerOpenError } from '../lib/backend.js';
import { NotAcceptedError } from './not-accepted-error.js';

/** What Node was doing with a socket that never came to be: nothing was sent over it. */
const CONNECTING = ['connect', 'getaddrinfo'];

/**
 * Hands one message to a provider. `post` does all that may fail, the opening of the client as well, and answers the
 * provider's name for the message, null where it gives none. Never throws.
 */
export async function handOver(provider: string, post: () => Promise<string | null>): Promise<Handover> {
  try {
    return { provider, outcome: 'accepted', providerId: await post() };
  } catch (error) {
    return failedHandover(provider, error);
  }
}

/** What a call that failed came to: as the provider answered, or as the connection broke. */
export function failedHandover(provider: string, error: unknown): Handover {
  if (error instanceof NotAcceptedError) return error.handover;
  if (error instanceof BreakerOpenError) return { provider, outcome: 'not_tried', error: 'breaker_open' };
  const { code = 'no_answer', syscall } = socketError(error) ?? {};
  if (CONNECTING.includes(syscall ?? ''))
    return { provider, outcome: 'not_taken', error: code, retryAfterMs: RETRY_AFTER_MS.min };
  return { provider, outcome: 'unknown', error: code, answered: false };
}

/** fetch has the socket's error as the cause of its own, and there perhaps one for each address that it tried. */
function socketError(error: unknown): NodeJS.ErrnoException | undefined {
  if (!(error instanceof Error)) return undefined;
  const [first] = error instanceof AggregateError ? error.errors : [error.cause];
  if (first !== undefined) return socketError(first);
  return 'code' in error && typeof error.code === 'string' ? (error as NodeJS.ErrnoException) : undefined;
}
