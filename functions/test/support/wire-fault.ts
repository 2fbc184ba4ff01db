import { setTimeout as sleep } from 'node:timers/promises';

/** One call to a backend as it goes over the wire. */
export interface WireRequest {
  /** The last part of the path: `Commit`, `accounts:signInWithPassword`. */
  readonly method: string;
  /** The body as text; paths of documents are legible in it. */
  readonly text: string;
}

/**
 * `status`: answered so, and never passed on. `delay before`, `delay after`: passed on late, or answered late. `drop before`,
 * `drop after`: the connection breaks before the backend hears of it, or when it has done its work.
 */
export type FaultMode = 'status' | 'delay before' | 'delay after' | 'drop before' | 'drop after';

export interface WireFault {
  readonly mode: FaultMode;
  /** A gRPC status, or an HTTP status. */
  readonly status?: number;
  /** What the answer names as its reason. */
  readonly reason?: string;
  /** What such an answer says besides, such as how long to wait. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  /** In place of a delay: passed on, or answered, once it is settled. */
  readonly until?: Promise<unknown>;
  /** The RPC or operation; absent: any. */
  readonly method?: string;
  /** Something that the body names, such as `sessions/`; absent: anything. */
  readonly naming?: string;
  /** The first call that is hit, from 1, and how many are. */
  readonly nth?: number;
  readonly times?: number;
}

/** What a proxy does with a call. */
export interface Passage {
  /** Passes the call on and answers the backend's answer. */
  forward(): Promise<() => void>;
  refuse(fault: WireFault): void;
  drop(): void;
}

/** A delay that nobody waits for any more does not keep the test run alive. */
const UNREFERENCED = { ref: false };

/** The faults of one backend, and what was asked of it meanwhile. */
export class WireFaults {
  readonly requests: WireRequest[] = [];
  private faults: { readonly fault: WireFault; seen: number }[] = [];

  set(...faults: WireFault[]): void {
    this.requests.splice(0);
    this.faults = faults.map((fault) => ({ fault, seen: 0 }));
  }

  async pass(request: WireRequest, passage: Passage): Promise<void> {
    this.requests.push(request);
    const fault = this.hit(request);
    if (fault?.mode === 'status') return passage.refuse(fault);
    if (fault?.mode === 'drop before') return passage.drop();
    if (fault?.mode === 'delay before') await delayOf(fault);
    const answer = await passage.forward();
    if (fault?.mode === 'drop after') return passage.drop();
    if (fault?.mode === 'delay after') await delayOf(fault);
    answer();
  }

  private hit(request: WireRequest): WireFault | undefined {
    const hits = this.faults.filter((one) => matches(one.fault, request) && isDue(one.fault, ++one.seen));
    return hits[0]?.fault;
  }
}

function delayOf({ delayMs, until }: WireFault): Promise<unknown> {
  return until ?? sleep(delayMs, undefined, UNREFERENCED);
}

function matches({ method, naming }: WireFault, request: WireRequest): boolean {
  return (method === undefined || method === request.method) && (naming === undefined || request.text.includes(naming));
}

function isDue({ nth = 1, times = Number.POSITIVE_INFINITY }: WireFault, seen: number): boolean {
  return seen >= nth && seen < nth + times;
}
