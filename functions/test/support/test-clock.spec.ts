import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { HOUR_MS } from '../../src/lib/clock.js';
import { TestClock } from './test-clock.js';

describe('The clock of tests', () => {
  it('is the real time, moved', () => {
    const clock = new TestClock();
    clock.advance(HOUR_MS);
    const [before, now, after] = [Date.now(), clock.now() - HOUR_MS, Date.now()];
    expect(now).to.be.within(before, after);
  });

  it('stands still while it is held, but for what it is moved by', async () => {
    const clock = new TestClock();
    clock.hold();
    const held = clock.now();
    await sleep(2);
    clock.hold();
    expect(clock.now()).to.equal(held);
    clock.advance(HOUR_MS);
    await clock.pause(3);
    expect(clock.now()).to.equal(held + HOUR_MS + 3);
  });

  it('is where it would be when it goes on', async () => {
    const clock = new TestClock();
    clock.hold();
    await sleep(2);
    clock.release();
    const [before, now, after] = [Date.now(), clock.now(), Date.now()];
    expect(now).to.be.within(before, after);
  });
});
