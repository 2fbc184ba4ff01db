import { UnavailableError } from '../../src/errors/gatehouse-error.js';

/** `before`: the call is not made. `after`: it took effect, but its answer is lost. */
export type FaultMode = 'before' | 'after';

/** Counts the calls to ports, and fails the one it is told to. */
export class FaultPlan {
  calls: string[] = [];
  private failing: { index: number; mode: FaultMode } | undefined;

  /** From now on: call number `index`, from 0, fails. */
  failCall(index: number, mode: FaultMode): void {
    this.calls = [];
    this.failing = { index, mode };
  }

  clear(): void {
    this.calls = [];
    this.failing = undefined;
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
    const mode = this.failing?.index === index ? this.failing.mode : undefined;
    if (mode === 'before') throw new UnavailableError();
    const answer = await proceed();
    if (mode === 'after') throw new UnavailableError();
    return answer;
  }
}
