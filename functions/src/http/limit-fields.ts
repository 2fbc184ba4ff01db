import type { LimitStanding } from '../limits/limit-standing.js';

/**
 * The `RateLimit` and `RateLimit-Policy` fields; none for a request that no limit has counted.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function rateLimitFields(standings: Iterable<LimitStanding>): Record<string, string> {
  const all = [...standings];
  if (all.length === 0) return {};
  return {
    'RateLimit-Policy': all
      .map(({ name, quota, windowSeconds }) => `"${name}";q=${quota};w=${windowSeconds}`)
      .join(', '),
    RateLimit: all.map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`).join(', '),
  };
}
