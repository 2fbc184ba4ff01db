import type { CallbackVerifiers } from '../delivery/callback-verifier.js';
import type { DeliveryReport } from '../delivery/delivery-reports.js';
import type { BodyKind } from './middleware/request-body.js';

/**
 * What a provider calls to report on messages, by POST. Everything about it but its vocabulary is declared: the test battery
 * is made from that. No limit counts its requests: what is not signed costs no more than a look at the signature.
 */
export interface Webhook {
  readonly path: string;
  /** What happens, by the name under which it is logged. */
  readonly event: string;
  /** Whose signature it is to bear. */
  readonly provider: keyof CallbackVerifiers;
  /** The headers that the signature stands in, in lower case. */
  readonly signatureHeaders: readonly string[];
  readonly body: BodyKind;
  /**
   * What a genuine request says, of messages that are ours. What else the provider tells is left out.
   * @throws InvalidRequestError when it is no report at all
   */
  readonly read: (query: URLSearchParams, body: unknown) => readonly DeliveryReport[];
}
