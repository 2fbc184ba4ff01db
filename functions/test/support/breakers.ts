import { BREAKER, type BreakerPolicy } from '../../src/lib/backend-policy.js';

/** For tests that fail one call after another: what one has brought about must not be met by the next. */
export const NEVER_OPENS: BreakerPolicy = { ...BREAKER, minCalls: Number.POSITIVE_INFINITY };
