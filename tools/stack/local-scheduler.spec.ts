import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { failuresTo, type Pause, runEachMinute } from './local-scheduler.js';

/** Time that passes when a test says so. */
class FakeTime {
  readonly waits: number[] = [];
  #pass: () => void = () => {};

  readonly pause: Pause = (milliseconds, _value, { signal }) => {
    this.waits.push(milliseconds);
    return new Promise<void>((resolve, reject) => {
      this.#pass = resolve;
      signal.addEventListener('abort', () => reject(new Error('ended')));
    });
  };

  async pass(): Promise<void> {
    this.#pass();
    await nextTurn();
  }
}

describe('The local scheduler', () => {
  let time: FakeTime;
  let ended: AbortController;
  let lines: string[];
  const log = (line: string) => lines.push(line);
  beforeEach(() => {
    time = new FakeTime();
    ended = new AbortController();
    lines = [];
  });

  it('runs the job each minute, the first time after one', async () => {
    let runs = 0;
    const job = async () => {
      runs += 1;
    };
    const loop = runEachMinute(job, ended.signal, log, time.pause);
    expect(runs).to.equal(0);
    await time.pass();
    await time.pass();
    expect(runs).to.equal(2);
    expect(time.waits).to.deep.equal([60_000, 60_000, 60_000]);
    expect(lines).to.deep.equal([]);
    ended.abort();
    await loop;
  });

  it('begins no run while another is under way', async () => {
    let finish = () => {};
    let runs = 0;
    const job = () => {
      runs += 1;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const loop = runEachMinute(job, ended.signal, log, time.pause);
    await time.pass();
    await time.pass();
    expect(runs).to.equal(1);
    expect(time.waits).to.have.length(1);
    finish();
    await nextTurn();
    await time.pass();
    expect(runs).to.equal(2);
    finish();
    ended.abort();
    await loop;
  });

  it('goes on after a run that failed, and says so', async () => {
    let runs = 0;
    const job = async () => {
      runs += 1;
      throw new Error('no database');
    };
    const loop = runEachMinute(job, ended.signal, log, time.pause);
    await time.pass();
    await time.pass();
    expect(runs).to.equal(2);
    expect(lines).to.deep.equal(Array(2).fill('The sweep failed: Error: no database'));
    ended.abort();
    await loop;
  });

  it('ends in the middle of a minute, without another run', async () => {
    let runs = 0;
    const job = async () => {
      runs += 1;
    };
    const loop = runEachMinute(job, ended.signal, log, time.pause);
    ended.abort();
    await loop;
    expect(runs).to.equal(0);
  });

  it('passes on what failed, and nothing else', () => {
    const logger = failuresTo(log);
    logger.log('INFO', 'sweep', { done: 3 });
    logger.log('WARNING', 'slow');
    logger.log('ERROR', 'sweep_failed', { kind: 'passwords' });
    expect(lines).to.deep.equal(['sweep_failed {"kind":"passwords"}']);
  });
});
