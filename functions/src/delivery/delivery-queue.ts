/**
 * Port: work that the caller must not wait for. The payload is sealed: nobody who can read the queue reads a code or a
 * contact. @throws UnavailableError
 */
export interface DeliveryQueue {
  enqueue(sealedPayload: string): Promise<void>;
}
