import { expect } from 'chai';
import { GatehouseError } from '../../src/errors/gatehouse-error.js';
import { HOUR_MS } from '../../src/lib/clock.js';
import { LIMIT_PERIOD_MS } from '../../src/limits/limit-policy.js';
import type { CountChange } from '../../src/limits/limit-store.js';
import { Limiter } from '../../src/limits/limiter.js';
import { FAILURE_CEILING } from '../../src/limits/lockout-policy.js';
import { PasswordGuard } from '../../src/users/password-guard.js';
import { newOrg } from './records.js';
import { SpyLimitStore, times } from './spy-limit-store.js';
import { INDEX_KEY, ManualClock } from './unit-fixtures.js';

const NOON = LIMIT_PERIOD_MS * 682 + 12 * HOUR_MS;
export const ADA = 'ada@example.com';
/** What a try notes beside its counts. */
export const MARKS = [
  { field: 'codes.email', atLeast: NOON },
  { field: 'codes.phone', atLeast: 0 },
] as const satisfies readonly CountChange[];

interface Try {
  readonly right?: boolean;
  readonly address?: string | null;
  readonly account?: string;
  readonly on?: PasswordGuard;
}

export function setUpGuard(instances = 1) {
  const clock = new ManualClock(NOON);
  const limits = new SpyLimitStore();
  const org = newOrg();
  const guards = times(instances, () => {
    const limiter = new Limiter({ limits, clock, indexKey: INDEX_KEY });
    return new PasswordGuard({ limiter, clock, indexKey: INDEX_KEY });
  });
  const [
    guard = new PasswordGuard({
      limiter: new Limiter({ limits, clock, indexKey: INDEX_KEY }),
      clock,
      indexKey: INDEX_KEY,
    }),
  ] = guards;
  /** A try as the services make it: whether its password was right, and an error when it is not told. */
  async function attempt({
    right = false,
    address = '192.0.2.1',
    account = ADA,
    on = guard,
  }: Try = {}): Promise<boolean> {
    const guarded = on.account(org, account, { address, agent: null });
    const { tried, check } = await on.checking(guarded, MARKS, async () => right);
    await on.admit(tried);
    await (check ? on.succeed(tried) : on.fail(tried));
    return check;
  }
  const fails = async (count: number, options: Try = {}) => {
    for (const _ of times(count, String)) expect(await attempt(options)).to.equal(false);
  };
  return { clock, limits, org, guard, guards, attempt, fails };
}

export function namesOf(error: unknown): string {
  return error instanceof GatehouseError ? error.exceeded.map(({ name }) => name).join() : String(error);
}

/** A network that nobody else has. */
export const network = (index: number) => `2001:db8:${index.toString(16)}::1`;

/** Fails from one network after another, four times each, until nobody is let in. */
export async function reachCeiling({ fails, clock }: ReturnType<typeof setUpGuard>): Promise<void> {
  for (const index of times(FAILURE_CEILING / 4, (one) => one)) {
    await fails(4, { address: network(index) });
    // The tries of a day are as many as the ceiling.
    if (index % 10 === 9) clock.advance(24 * HOUR_MS);
  }
}
