import type { BackendCall } from '../../src/lib/backend.js';
import type { TestApp } from './describe-app.js';

/** What is asked of a backend that changes nothing there. */
const READS = ['lookup', 'signInWithPassword'];

/** Every call that leaves the process while this work is done, by whatever request, and behind the answers of this. */
export async function callsDuring<T>({ backends, services: { background } }: TestApp, work: () => Promise<T>) {
  await background.idle();
  const calls: BackendCall[] = [];
  const outer = backends.fault;
  backends.fault = (call, proceed) => {
    calls.push(call);
    return outer === undefined ? proceed() : outer(call, proceed);
  };
  try {
    const result = await work();
    await background.idle();
    return { result, calls };
  } finally {
    backends.fault = outer;
  }
}

export function writesOf(calls: readonly BackendCall[]): number {
  return calls.reduce((sum, { cost: { writes = 0, deletes = 0 } }) => sum + writes + deletes, 0);
}

/** Of what a refused request did, all that is not counting. */
export function effectsOf(calls: readonly BackendCall[]): string[] {
  const isEffect = ({ backend, operation, cost }: BackendCall) =>
    backend === 'firestore'
      ? (cost.writes ?? 0) + (cost.deletes ?? 0) > 0 && !operation.startsWith('limits.')
      : !READS.includes(operation.split(/[.:]/).at(-1) ?? '');
  return calls.filter(isEffect).map(({ backend, operation }) => `${backend}.${operation}`);
}
