import { type CircuitState, SamplingBreaker } from 'cockatiel';

/** Opens over a share of failures, or with one alone when it is told that no other call would fare better. */
export class TrippingBreaker extends SamplingBreaker {
  private tripped = false;

  /** Before the failure that it is about is reported; whichever comes first then opens it. */
  trip(): void {
    this.tripped = true;
  }

  override failure(state: CircuitState): boolean {
    if (!this.tripped) return super.failure(state);
    this.tripped = false;
    return true;
  }
}
