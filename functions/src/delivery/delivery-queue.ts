/**
 * Port: work that the caller must not wait for. The payload is sealed: nobody who can read the queue reads a code or a
 * contact. It is delivered at least once, at the earliest after `delayMs`. @throws UnavailableError
 */
export interface DeliveryQueue {
  enqueue(sealedPayload: string, delayMs?: number): Promise<void>;
}
