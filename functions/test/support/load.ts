import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { performance } from 'node:perf_hooks';

const TICK_MS = 4;

/** One request over a connection that is kept: what is measured is the server's work and not the client's. */
export class LoadClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(private readonly baseUrl: string) {}

  send(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): Promise<number> {
    const sized = { 'content-length': String(Buffer.byteLength(body)), ...headers };
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        `${this.baseUrl}${path}`,
        { method, headers: sized, agent: this.agent },
        (incoming) => {
          incoming.resume();
          incoming.on('error', reject);
          incoming.on('end', () => resolve(incoming.statusCode ?? 0));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/**
 * So many calls a second for a while, whether or not earlier ones have come back, and all their results. However late the
 * machine gets to them, they are as many.
 */
export async function paced<T>(perSecond: number, ms: number, call: (index: number) => Promise<T>): Promise<T[]> {
  const startedAt = performance.now();
  const running: Promise<T>[] = [];
  const count = Math.ceil((ms * perSecond) / 1_000);
  while (running.length < count) {
    const elapsed = performance.now() - startedAt;
    for (const due = Math.min(count, Math.ceil((elapsed * perSecond) / 1_000)); running.length < due; )
      running.push(started(call(running.length)));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return Promise.all(running);
}

/** One that fails before the others have begun is heard of at the end. */
function started<T>(running: Promise<T>): Promise<T> {
  running.catch(() => {});
  return running;
}

/** Milliseconds that a call took, and what it answered. */
export async function timed<T>(call: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedAt = performance.now();
  const result = await call();
  return { ms: performance.now() - startedAt, result };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** How often each value comes. */
export function tally(values: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const CLOCK_TICK_MS = 10;

/** CPU time of another process so far, in milliseconds; NaN where there is no /proc. Other load on the machine leaves it alone. */
export function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before may have blanks in it. User and system time are fields 14 and 15, the state being 3.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return ((user ?? Number.NaN) + (system ?? Number.NaN)) * CLOCK_TICK_MS;
  } catch {
    return Number.NaN;
  }
}
