import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/lib/clock.js';

/** The real time, moved. It goes on running, so that tokens of the Auth emulator, which has its own clock, stay valid. */
export class TestClock implements Clock {
  private offset = 0;

  now(): number {
    return Date.now() + this.offset;
  }

  /** Really: the Auth emulator's clock has to get there as well. */
  pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds);
  }

  advance(milliseconds: number): void {
    this.offset += milliseconds;
  }
}
