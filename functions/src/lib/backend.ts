import { bounded } from './deadline.js';

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

/** Sees every call that leaves the process; tests use it to count hops, to delay and to fail calls. */
export type BackendObserver = <T>(call: BackendCall, proceed: () => Promise<T>) => Promise<T>;

const unobserved: BackendObserver = (_call, proceed) => proceed();

/** One service that we depend on. Every call to it goes through here, so that none is without a deadline. */
export class Backend {
  constructor(
    readonly name: string,
    private readonly timeoutMs: number,
    private readonly observe: BackendObserver = unobserved,
  ) {}

  /** @throws DeadlineExceededError, or what `run` throws. */
  call<T>(operation: string, cost: BackendCost, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = { backend: this.name, operation, cost };
    return bounded(`${this.name} ${operation}`, this.timeoutMs, (signal) => this.observe(call, () => run(signal)));
  }
}
