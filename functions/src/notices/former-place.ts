import type { Pool } from '../identity/pool.js';
import type { FieldPlace } from '../pii/field-cipher.js';
import type { UserId } from '../users/user-id.js';

/** Where an encrypted former contact belongs: it can be read as nobody else's. */
export function formerPlace(pool: Pool, uid: UserId): FieldPlace {
  return { poolId: pool.id, uid, field: 'formerContact' };
}
