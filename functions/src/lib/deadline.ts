import { AsyncLocalStorage } from 'node:async_hooks';

/** Thrown when work outlives its time. */
export class DeadlineExceededError extends Error {
  constructor(readonly operation: string) {
    super(`${operation} took too long`);
    this.name = 'DeadlineExceededError';
  }
}

const requestDeadline = new AsyncLocalStorage<AbortSignal>();

/** Runs a whole request under one signal; once it is aborted, no further bounded work starts. */
export function underDeadline<T>(signal: AbortSignal, work: () => T): T {
  return requestDeadline.run(signal, work);
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
  if (outer?.aborted) throw new DeadlineExceededError(operation);
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const expire = () => {
      clearTimeout(timer);
      reject(new DeadlineExceededError(operation));
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
