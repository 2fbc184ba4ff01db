import { LRUCache } from 'lru-cache';
import { SECOND_MS } from '../lib/clock.js';
import type { KeyId } from './credential-id.js';
import { BCRYPT_PER_KEY_AND_SECOND, CREDENTIAL_CACHE_SIZE } from './credential-policy.js';

/** The times of the last comparisons of each key id: in no second, wherever it begins, are there more than allowed. */
export class ComparisonBound {
  private readonly times = new LRUCache<KeyId, readonly number[]>({ max: CREDENTIAL_CACHE_SIZE });

  /** Whether one more may run now; counts it if so. */
  admit(key: KeyId, now: number): boolean {
    // A time that is still to come is from before the clock was set back, and no reason to wait for it.
    const recent = (this.times.get(key) ?? []).filter((time) => time <= now && time > now - SECOND_MS);
    if (recent.length >= BCRYPT_PER_KEY_AND_SECOND) return false;
    this.times.set(key, [...recent, now]);
    return true;
  }
}
