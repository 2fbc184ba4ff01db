import type { BackendCall } from '../../src/lib/backend.js';
import type { ApiResponse } from './api-client.js';
import type { TestApp } from './describe-app.js';

/** `before`: the call is never made. `after`: it has its effect, and the answer is lost. */
export type Moment = 'before' | 'after';

export interface FailedCall extends BackendCall {
  readonly isBehind: boolean;
}

/** Its adapter is replaced in this harness; fault-links.spec.ts has the real one. */
export const REPLACED = ['tasks'];

/** Runs a request whose call of that number fails. `failed` is null when there are not that many. */
export async function withFailing(
  { backends, services }: TestApp,
  index: number,
  moment: Moment,
  send: () => Promise<ApiResponse>,
) {
  await services.background.idle();
  let seen = 0;
  let failed: FailedCall | null = null;
  backends.fault = async (call, proceed) => {
    if (seen++ !== index) return proceed();
    failed = { ...call, isBehind: backends.isBehind };
    // Whatever it came to: its answer is lost.
    if (moment === 'after') await proceed().catch(() => {});
    if (REPLACED.includes(call.backend)) return undefined;
    throw failureOf(call.backend);
  };
  const response = await send();
  await services.background.idle();
  backends.fault = undefined;
  return { failed: failed as FailedCall | null, response };
}

function failureOf(backend: string): Error {
  if (backend === 'firestore') return Object.assign(new Error('14 UNAVAILABLE'), { code: 14 });
  return new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
}
