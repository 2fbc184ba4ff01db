import type { Contact } from '../contacts/contact.js';
import type { Pool } from '../identity/pool.js';
import { keyedId } from '../lib/crypto.js';
import type { ReservationKey } from './reservation-record.js';

/** A keyed hash: neither a path nor a dump of the database tells a contact. */
export function reservationKey(indexKey: Buffer, pool: Pool, contact: Contact): ReservationKey {
  return keyedId(indexKey, ['reservation', pool.id, contact.kind, contact.value]) as ReservationKey;
}
