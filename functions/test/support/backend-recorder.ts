import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendCall, BackendObserver } from '../../src/lib/backend.js';

/** What one request cost: waits in a row on backends, and Firestore documents. */
export interface Recording {
  hops: number;
  reads: number;
  writes: number;
  deletes: number;
  calls: string[];
}

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
  private readonly current = new AsyncLocalStorage<Recording & { depth: number }>();

  readonly observe: BackendObserver = async (call, proceed) => {
    const run = () => (this.fault === undefined ? proceed() : this.fault(call, proceed)) as ReturnType<typeof proceed>;
    const recording = this.current.getStore();
    if (recording === undefined) return run();
    const { reads = 0, writes = 0, deletes = 0 } = call.cost;
    recording.reads += reads;
    recording.writes += writes;
    recording.deletes += deletes;
    recording.calls.push(`${call.backend}.${call.operation}`);
    const depth = recording.depth + 1;
    try {
      await sleep(this.delayMs);
      return await run();
    } finally {
      recording.depth = Math.max(recording.depth, depth);
      recording.hops = Math.max(recording.hops, depth);
    }
  };

  async record<T>(work: () => Promise<T>): Promise<{ result: T; recording: Recording }> {
    const recording = { hops: 0, reads: 0, writes: 0, deletes: 0, calls: [], depth: 0 };
    const result = await this.current.run(recording, work);
    return { result, recording };
  }
}
