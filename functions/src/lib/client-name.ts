import { keyedId } from './crypto.js';
import { networkOf } from './ip-address.js';

const NAME_LENGTH = 16;

/** A name for the network of a client, the same each time, that tells nothing of its address. */
export function clientName(indexKey: Buffer, address: string | null): string {
  return keyedId(indexKey, ['client', networkOf({ address })]).slice(0, NAME_LENGTH);
}
