import { LeasedLimiter } from '../../src/limits/leased-limiter.js';
import { fulfilled, SpyLimitStore, times } from './spy-limit-store.js';
import { INDEX_KEY, ManualClock } from './unit-fixtures.js';

export const ID = ['org_a', '2001:db8::/64'];
/** A multiple of a minute. */
const NOON = Date.UTC(2026, 0, 15, 12);

/** The quotas of so many instances on one store, and how to use them up. */
export function setUpQuotas(instances = 1) {
  const clock = new ManualClock(NOON);
  const limits = new SpyLimitStore();
  const all = times(instances, () => new LeasedLimiter({ limits, clock, indexKey: INDEX_KEY }));
  const [quotas = new LeasedLimiter({ limits, clock, indexKey: INDEX_KEY })] = all;
  const take = (address1m?: number, limiter = quotas, id: readonly string[] = ID) =>
    limiter.take('address_requests', id, address1m === undefined ? {} : { address1m });
  const admitted = (count: number, address1m?: number, limiter = quotas) =>
    fulfilled(times(count, () => take(address1m, limiter)));
  return { clock, limits, quotas, all, take, admitted };
}
