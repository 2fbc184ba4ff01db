import { CODE_LIFETIME_SECONDS } from '../codes/code-policy.js';
import type { Contact } from '../contacts/contact.js';
import { MINUTE_MS, SECOND_MS } from '../lib/clock.js';
import { LIMIT_PERIOD_MS } from '../limits/limit-policy.js';
import type { CountChange } from '../limits/limit-store.js';
import type { CountedTry } from './password-guard.js';

/** What a code lives at most, with room for clocks that differ. */
const CODE_MEMORY_MS = CODE_LIFETIME_SECONDS.max * SECOND_MS + 10 * MINUTE_MS;
/** More than anybody can log in within a period: the orders of two periods do not mix. */
const ORDERS_PER_PERIOD = 2 ** 32;

/** Where a login code stands among those of its user, who has one place for each contact and one live code. */
export interface CodeOrder {
  /** Greater than that of every code that was asked for before. */
  readonly sequence: number;
  /** Whether no code that was asked for by the other contact can live still, so that none has to be made unusable. */
  readonly isSiblingIdle: boolean;
}

/** What is noted of a login with the count of its password: one write, which is made anyway. */
export function orderMarks({ kind }: Contact, now: number): readonly CountChange[] {
  return [
    { field: 'codes.asked', add: 1 },
    { field: `codes.${kind}`, atLeast: now },
    { field: `codes.${kind === 'email' ? 'phone' : 'email'}`, atLeast: 0 },
  ];
}

/** Of test contacts nothing is counted: their code is known to everybody, and one more that lives is no harm. */
export function orderOf({ account, count: { at }, noted }: CountedTry): CodeOrder {
  const period = Math.floor(at / LIMIT_PERIOD_MS);
  if (account.subject.isExempt) return { sequence: (period + 1) * ORDERS_PER_PERIOD - 1, isSiblingIdle: true };
  const [asked = 0, , byOther = 0] = noted;
  // The marks begin anew with each period.
  const isRemembered = at % LIMIT_PERIOD_MS > CODE_MEMORY_MS;
  return {
    sequence: period * ORDERS_PER_PERIOD + asked,
    isSiblingIdle: isRemembered && byOther < at - CODE_MEMORY_MS,
  };
}
