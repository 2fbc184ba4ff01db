import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendCall, BackendObserver } from '../../src/lib/backend.js';
import { BackgroundWork } from '../../src/lib/background-work.js';

/** Waits in a row on backends, and Firestore documents. */
export interface Cost {
  hops: number;
  reads: number;
  writes: number;
  deletes: number;
  calls: string[];
}

/** What one request cost, and what was begun in it that its answer does not wait for. */
export interface Recording extends Cost {
  readonly behind: Cost;
}

interface Account {
  readonly cost: Cost;
  /** Where work goes that is begun now and not waited for. */
  readonly behind: Cost;
  readonly delayMs: number;
  depth: number;
}

/** For `record`: calls so slow that a busy machine does not tell which of them are beside each other. */
export const SO_SLOW = 10;

type Fault = (call: BackendCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/**
 * Stands between the adapters and their backends. `record` counts the calls of one piece of work: a call is one hop
 * further than the last one that had come back when it began. With a delay on each call, the order in which they come
 * back does not depend on the machine.
 */
export class BackendRecorder {
  /** Milliseconds before each call while recording. */
  delayMs = 15;
  /** Replaces calls, to fail or stall them. */
  fault: Fault | undefined;
  private readonly current = new AsyncLocalStorage<Account>();
  private readonly aside = new AsyncLocalStorage<true>();

  readonly observe: BackendObserver = async (call, proceed) => {
    const run = () => (this.fault === undefined ? proceed() : this.fault(call, proceed)) as ReturnType<typeof proceed>;
    const account = this.current.getStore();
    if (account === undefined) return run();
    const { cost } = account;
    const { reads = 0, writes = 0, deletes = 0 } = call.cost;
    cost.reads += reads;
    cost.writes += writes;
    cost.deletes += deletes;
    cost.calls.push(`${call.backend}.${call.operation}`);
    const depth = account.depth + 1;
    try {
      await sleep(account.delayMs);
      return await run();
    } finally {
      account.depth = Math.max(account.depth, depth);
      cost.hops = Math.max(cost.hops, depth);
    }
  };

  /**
   * What runs behind the answer goes on after this: it is counted when it is over. `slower`: by how much each call takes
   * longer than by itself.
   */
  async record<T>(work: () => Promise<T>, slower = 1): Promise<{ result: T; recording: Recording }> {
    const [cost, behind] = [nothing(), nothing()];
    const result = await this.current.run({ cost, behind, delayMs: slower * this.delayMs, depth: 0 }, work);
    return { result, recording: Object.assign(cost, { behind }) };
  }

  /** Whether a call that is made now is one that no answer waits for. */
  get isBehind(): boolean {
    return this.aside.getStore() ?? false;
  }

  /** Counts work apart from the request that has begun it. */
  apart<T>(work: () => Promise<T>): Promise<T> {
    const account = this.current.getStore();
    const apart = () => this.aside.run(true, work);
    if (account === undefined) return apart();
    return this.current.run({ ...account, cost: account.behind, depth: 0 }, apart);
  }
}

/** Of this the recorder knows that no answer waits for it. */
export class RecordedBackgroundWork extends BackgroundWork {
  constructor(
    private readonly recorder: BackendRecorder,
    onError?: (error: unknown) => void,
  ) {
    super(onError);
  }

  override start(work: () => Promise<unknown>): void {
    super.start(() => this.recorder.apart(work));
  }
}

function nothing(): Cost {
  return { hops: 0, reads: 0, writes: 0, deletes: 0, calls: [] };
}
