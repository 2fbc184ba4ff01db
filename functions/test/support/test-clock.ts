import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/lib/clock.js';

/** The real time, moved. It goes on running, so that tokens of the Auth emulator, which has its own clock, stay valid. */
export class TestClock implements Clock {
  private offset = 0;
  private heldAt: number | undefined;

  now(): number {
    return (this.heldAt ?? Date.now()) + this.offset;
  }

  /** Really: the Auth emulator's clock has to get there as well. Where this one is held, it is moved there. */
  async pause(milliseconds: number): Promise<void> {
    const end = this.now() + milliseconds;
    await sleep(milliseconds);
    if (this.heldAt !== undefined) this.advance(Math.max(0, end - this.now()));
  }

  advance(milliseconds: number): void {
    this.offset += milliseconds;
  }

  /**
   * Stands still until `release`, but for what it is advanced by: no pause is over and no window ends because the machine is
   * slow. A token that the Auth emulator makes more than a minute later seems to be from the future.
   */
  hold(): void {
    this.heldAt ??= Date.now();
  }

  /** Goes on, and what has passed meanwhile has passed. */
  release(): void {
    this.heldAt = undefined;
  }
}

/** Holds the clock during each test. To be called in a `describe`. */
export function holdEach(clock: () => TestClock): void {
  beforeEach(() => clock().hold());
  afterEach(() => clock().release());
}
