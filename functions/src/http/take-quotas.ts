import type { AuthenticatedOrg } from '../credentials/credential-service.js';
import { networkOf } from '../lib/ip-address.js';
import type { LeasedLimiter } from '../limits/leased-limiter.js';
import { isLeased, type LeasedLimitName, LIMITS } from '../limits/limit-policy.js';
import type { ClientInfo } from '../sessions/session-record.js';
import type { Route } from './route.js';

/**
 * Takes the request from every quota that the route declares. Limits of accounts and destinations are the services': who
 * that is, the body tells.
 * @throws RateLimitedError, UnavailableError
 */
export async function takeQuotas(
  leased: LeasedLimiter,
  { limits }: Route,
  caller: AuthenticatedOrg | undefined,
  client: ClientInfo,
): Promise<void> {
  for (const name of limits.filter(isLeased)) {
    const id = idOf(name, caller, client);
    if (id !== null) await leased.take(name, id, caller?.org.settings.limits);
  }
}

/**
 * null where there is nobody to count: we never limit a partner's server by its own address. Without an org, clients of
 * whom no address is known are one.
 */
function idOf(
  name: LeasedLimitName,
  caller: AuthenticatedOrg | undefined,
  client: ClientInfo,
): readonly string[] | null {
  const { per } = LIMITS[name];
  if (per === 'address') {
    // An org's word on its users' addresses counts for its own users alone.
    if (caller === undefined) return ['public', networkOf(client)];
    return client.address === null ? null : [caller.org.orgId, networkOf(client)];
  }
  if (caller === undefined) return null;
  return [per === 'org' ? caller.org.orgId : caller.keyId];
}
