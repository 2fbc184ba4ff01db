import { UnavailableError } from '../../src/errors/gatehouse-error.js';

/** `before`: the call is not made. `after`: it took effect, but its answer is lost. */
export type FaultMode = 'before' | 'after';

/** Counts the calls to ports, and fails those it is told to. */
export class FaultPlan {
  calls: string[] = [];
  private error: Error = new UnavailableError();
  private failing: (index: number) => FaultMode | undefined = () => undefined;
  private interruption: { readonly index: number; readonly meanwhile: () => Promise<void> } | undefined;

  /** From now on: calls of these numbers, from 0, fail. */
  failCalls(modes: Readonly<Record<number, FaultMode>>, error: Error = new UnavailableError()): void {
    this.calls = [];
    this.error = error;
    this.failing = (index) => modes[index];
  }

  /** From now on: call number `index` fails, and none is made after it. */
  killAt(index: number, mode: FaultMode): void {
    this.calls = [];
    this.error = new UnavailableError();
    this.failing = (one) => (one < index ? undefined : one === index ? mode : 'before');
  }

  /** Before call number `index` is made, something else happens, in which nothing fails. */
  interruptAt(index: number, meanwhile: () => Promise<void>): void {
    this.calls = [];
    this.interruption = { index, meanwhile };
  }

  clear(): void {
    this.calls = [];
    this.interruption = undefined;
    this.failing = () => undefined;
  }

  wrap<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.run(`${name}.${String(property)}`, () => member.apply(target, args));
      },
    });
  }

  private async run(call: string, proceed: () => unknown): Promise<unknown> {
    const index = this.calls.push(call) - 1;
    if (this.interruption?.index === index) {
      const { meanwhile } = this.interruption;
      this.interruption = undefined;
      await meanwhile();
    }
    const mode = this.failing(index);
    if (mode === 'before') throw this.error;
    const answer = await proceed();
    if (mode === 'after') throw this.error;
    return answer;
  }
}
