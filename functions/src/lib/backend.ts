import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleAll,
  handleWhen,
  isBrokenCircuitError,
  retry,
} from 'cockatiel';
import { BACKOFF, type BackendTimes, BREAKER, type BreakerPolicy } from './backend-policy.js';
import { bounded, DeadlineExceededError, requestIsOver } from './deadline.js';
import { RetryBudget } from './retry-budget.js';
import { TrippingBreaker } from './tripping-breaker.js';

/** Documents that one call touches, as Firestore bills them. */
export interface BackendCost {
  readonly reads?: number;
  readonly writes?: number;
  readonly deletes?: number;
}

export interface BackendCall {
  readonly backend: string;
  readonly operation: string;
  readonly cost: BackendCost;
}

/** Sees every attempt that leaves the process; tests use it to count hops, to delay and to fail calls. */
export type BackendObserver = <T>(call: BackendCall, proceed: () => Promise<T>) => Promise<T>;

export interface BackendOptions extends BackendTimes {
  /** Whether an error says that the backend is down or refuses everybody, and not just this call. */
  readonly isOutage?: (error: unknown) => boolean;
  /** Which of the outages say that no call fares better, so that the breaker opens with the first. Default none. */
  readonly isFatal?: (error: unknown) => boolean;
  readonly observer?: BackendObserver | undefined;
  readonly breaker?: BreakerPolicy | undefined;
}

/** When a call may be made again, because the failed one did nothing or doing it twice is the same; and how often. */
export interface Repetition {
  readonly when: (error: unknown) => boolean;
  readonly times: number;
}

/** The backend has been failing: the call was not made. */
export class BreakerOpenError extends Error {
  constructor(readonly backend: string) {
    super(`${backend} is not called while it fails`);
    this.name = 'BreakerOpenError';
  }
}

type Attempt<T> = (signal: AbortSignal) => Promise<T>;

const unobserved: BackendObserver = (_call, proceed) => proceed();
const backoff = new ExponentialBackoff({
  generator: halfJitterGenerator,
  initialDelay: BACKOFF.initialDelayMs,
  maxDelay: BACKOFF.maxDelayMs,
});

/**
 * One service that we depend on. Every call to it goes through here, so that none is without a deadline, none is made
 * while the service is known to be down, and repetitions never add up to a storm.
 */
export class Backend {
  private readonly breaker: CircuitBreakerPolicy;
  private readonly sampling: TrippingBreaker;
  private readonly budget = new RetryBudget();

  constructor(
    readonly name: string,
    private readonly options: BackendOptions,
  ) {
    const { windowMs, minCalls, threshold, probeEveryMs } = options.breaker ?? BREAKER;
    const minimumRps = (minCalls * 1_000) / windowMs;
    this.sampling = new TrippingBreaker({ threshold, duration: windowMs, minimumRps });
    this.breaker = circuitBreaker(handleAll, { halfOpenAfter: probeEveryMs, breaker: this.sampling });
  }

  /** @throws DeadlineExceededError, BreakerOpenError, or what `run` throws. */
  async call<T>(operation: string, cost: BackendCost, run: Attempt<T>, repetition?: Repetition): Promise<T> {
    const call = { backend: this.name, operation, cost };
    const { timeoutMs, attemptMs = timeoutMs } = this.options;
    if (repetition === undefined) return this.attempt(call, run, attemptMs);
    const endsAt = Date.now() + timeoutMs;
    let repeated = 0;
    const mayRepeat = (error: unknown) =>
      repeated < repetition.times &&
      // Open, the breaker's next call is a probe: one, and not one with its repetitions.
      this.breaker.state === CircuitState.Closed &&
      endsAt - Date.now() > BACKOFF.maxDelayMs &&
      !requestIsOver() &&
      repetition.when(error) &&
      this.budget.spend();
    return retry(handleWhen(mayRepeat), { maxAttempts: repetition.times, backoff }).execute(({ attempt }) => {
      repeated = attempt;
      return this.attempt(call, run, Math.min(attemptMs, endsAt - Date.now()), attempt > 0);
    });
  }

  private async attempt<T>(call: BackendCall, run: Attempt<T>, timeoutMs: number, isRepeated = false): Promise<T> {
    const what = `${this.name} ${call.operation}`;
    if (requestIsOver()) throw new DeadlineExceededError(what, 'request');
    const { state } = this.breaker;
    // The library would let these wait for the probe, and all of them loose at once behind it.
    if (state === CircuitState.HalfOpen) throw new BreakerOpenError(this.name);
    const { observer = unobserved } = this.options;
    const observed = (signal: AbortSignal) => observer(call, () => run(signal));
    const answer = await this.guarded(async () => {
      if (!isRepeated) this.budget.earn();
      try {
        return { value: await bounded(what, timeoutMs, observed) };
      } catch (error) {
        if (this.isOutage(error, state)) {
          if (this.options.isFatal?.(error) === true) this.sampling.trip();
          throw error;
        }
        // To the breaker a refusal is an answer, and as good as any.
        return { error };
      }
    });
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  private async guarded<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await this.breaker.execute(run);
    } catch (error) {
      throw isBrokenCircuitError(error) ? new BreakerOpenError(this.name) : error;
    }
  }

  private isOutage(error: unknown, state: CircuitState): boolean {
    const { isOutage = () => true } = this.options;
    if (!(error instanceof DeadlineExceededError)) return isOutage(error);
    // A request that ran out of time elsewhere says nothing about this backend, but proves no recovery either.
    return error.whose === 'call' || state !== CircuitState.Closed;
  }
}
