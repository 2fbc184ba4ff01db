import { AsyncLocalStorage } from 'node:async_hooks';

/** What a provider answers has some hundred bytes, and a page that a proxy sends in its place some thousand. */
const ANSWER_MAX_BYTES = 100_000;

const calls = new AsyncLocalStorage<AbortSignal>();

/**
 * Runs a provider's package for one call. The packages take no signal, but axios below them does: where its requests have
 * {@link axiosLimits}, their connections end with the call, and are not just forgotten.
 */
export function underSignal<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return calls.run(signal, run);
}

/** For one request: it ends with the call that it is made in and not before, and its answer fills no memory. */
export function axiosLimits() {
  return {
    signal: calls.getStore(),
    timeout: 0,
    // To follow a redirect is to send again.
    maxRedirects: 0,
    maxContentLength: ANSWER_MAX_BYTES,
  };
}
