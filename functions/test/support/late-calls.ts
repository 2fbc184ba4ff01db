import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '../../src/errors/gatehouse-error.js';

type Call = (...args: unknown[]) => Promise<unknown>;

/** From now on this call of a port takes its time; tells how many were begun and how many are over. */
export function callLate<T extends object>(port: T, method: keyof T & string) {
  const calls = { begun: 0, ended: 0 };
  const call = Reflect.get(port, method) as Call;
  const late: Call = async (...args) => {
    calls.begun += 1;
    await nextTurn();
    return Promise.resolve(call.apply(port, args)).finally(() => {
      calls.ended += 1;
    });
  };
  Object.assign(port, { [method]: late });
  return calls;
}

/** From now on this call of a port fails at once. */
export function failAtOnce<T extends object>(
  port: T,
  method: keyof T & string,
  error: Error = new UnavailableError(),
): void {
  const fail: Call = async () => {
    throw error;
  };
  Object.assign(port, { [method]: fail });
}
