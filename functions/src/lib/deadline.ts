import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';

/** Thrown when work outlives its time. */
export class DeadlineExceededError extends Error {
  constructor(
    readonly operation: string,
    /** Whether the call outlived its own time, or the request that it was part of. */
    readonly whose: 'call' | 'request' = 'call',
  ) {
    super(`${operation} took too long`);
    this.name = 'DeadlineExceededError';
  }
}

const requestDeadline = new AsyncLocalStorage<AbortSignal>();

/** The end of a process, announced: what is under a deadline by then, or comes to be, has so much time left and no more. */
export class Shutdown {
  private readonly running = new Set<AbortController>();
  private over = false;
  private announced = false;

  get begun(): boolean {
    return this.announced;
  }

  begin(graceMs: number): void {
    this.announced = true;
    setTimeout(() => {
      this.over = true;
      for (const controller of this.running) controller.abort();
    }, graceMs).unref();
  }

  /** Answers what to call when the work has ended. */
  watch(controller: AbortController): () => void {
    if (this.over) controller.abort();
    this.running.add(controller);
    return () => this.running.delete(controller);
  }
}

/** Of this process. */
export const shutdown = new Shutdown();

/**
 * Runs a whole request for at most `timeoutMs`, and never past the end of the process. All bounded work in it ends with it.
 * @throws DeadlineExceededError
 */
export async function withDeadline<T>(timeoutMs: number, work: () => Promise<T>, ending = shutdown): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  // Each call that is under way listens: many at once are no leak.
  setMaxListeners(0, signal);
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const unwatch = ending.watch(controller);
  const expired = new Promise<never>((_resolve, reject) => {
    const expire = () => reject(new DeadlineExceededError('request', 'request'));
    if (signal.aborted) expire();
    else signal.addEventListener('abort', expire, { once: true });
  });
  try {
    return await Promise.race([expired, underDeadline(signal, work)]);
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}

/** Runs a whole request under one signal; once it is aborted, no further bounded work starts. */
export function underDeadline<T>(signal: AbortSignal, work: () => T): T {
  return requestDeadline.run(signal, work);
}

/** Whether the request that this is part of was answered already, for want of time. */
export function requestIsOver(): boolean {
  return requestDeadline.getStore()?.aborted === true;
}

/**
 * Runs one piece of work for at most `timeoutMs`, and never past the request's own deadline. The signal lets work that
 * can be cancelled stop; work that cannot is left behind and its outcome ignored.
 * @throws DeadlineExceededError
 */
export async function bounded<T>(
  operation: string,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const outer = requestDeadline.getStore();
  if (outer?.aborted) throw new DeadlineExceededError(operation, 'request');
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const expire = () => {
      clearTimeout(timer);
      reject(new DeadlineExceededError(operation, outer?.aborted ? 'request' : 'call'));
      controller.abort();
    };
    const timer = setTimeout(expire, timeoutMs);
    outer?.addEventListener('abort', expire, { once: true });
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        outer?.removeEventListener('abort', expire);
      });
  });
}
