import type { Pool } from '../identity/pool.js';
import { type Clock, DAY_MS } from '../lib/clock.js';
import { keyedId } from '../lib/crypto.js';
import { type DocumentChange, limitKey } from '../limits/limit-store.js';
import type { UserId } from '../users/user-id.js';

interface DeviceLogDependencies {
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** How long after the last login a user's devices are forgotten, all of them. */
const DEVICE_MEMORY_MS = 400 * DAY_MS;
/** Versions change with every update of a browser, and with them a device would be new each month. */
const VERSIONS = /\d[\d._]*/g;

/** The kinds of client that each user has logged in from, as hashes, in a document of counters for each user. */
export class DeviceLog {
  constructor(private readonly deps: DeviceLogDependencies) {}

  /** The counts of a login, to be changed in the commit that opens its session. null without the client's name: nothing is known then. */
  login(pool: Pool, uid: UserId, agent: string | null): DocumentChange | null {
    if (agent === null) return null;
    const { clock, indexKey } = this.deps;
    const device = keyedId(indexKey, ['device', agent.replace(VERSIONS, '')]);
    return {
      key: limitKey(indexKey, ['devices', pool.id, uid]),
      changes: [
        { field: `agents.a${device}`, add: 1 },
        { field: 'logins', add: 1 },
      ],
      purgeAt: new Date(clock.now() + DEVICE_MEMORY_MS),
    };
  }

  /** By what those counts came to: whether it was the first from such a client, of a user who has logged in before. */
  isNew([fromDevice = 0, logins = 0]: readonly number[]): boolean {
    return fromDevice === 1 && logins > 1;
  }
}
