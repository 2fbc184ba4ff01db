import { underDeadline } from './deadline.js';

/**
 * Work that the answer does not wait for and that nothing correct depends on: the platform may take the CPU away once a
 * request is answered. It has the deadlines of its own calls alone, and a process that is told to end waits for it.
 */
export class BackgroundWork {
  private readonly running = new Set<Promise<void>>();

  /** @param onError is told what failed; nobody else is. */
  constructor(private readonly onError: (error: unknown) => void = () => {}) {}

  start(work: () => Promise<unknown>): void {
    const done = underDeadline(new AbortController().signal, async () => work()).then(() => {}, this.onError);
    const running = done.finally(() => this.running.delete(running));
    this.running.add(running);
  }

  /** When all that was begun is over. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
