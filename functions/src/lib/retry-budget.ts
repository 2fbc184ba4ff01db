import { RETRY_BUDGET } from './backend-policy.js';

/** A token bucket: calls fill it, repetitions empty it. In whole numbers, so that ten calls are one repetition. */
export class RetryBudget {
  private balance = RETRY_BUDGET.saved * RETRY_BUDGET.callsEach;

  earn(): void {
    this.balance = Math.min(this.balance + 1, RETRY_BUDGET.saved * RETRY_BUDGET.callsEach);
  }

  /** Takes one repetition; false when there is none. */
  spend(): boolean {
    if (this.balance < RETRY_BUDGET.callsEach) return false;
    this.balance -= RETRY_BUDGET.callsEach;
    return true;
  }
}
