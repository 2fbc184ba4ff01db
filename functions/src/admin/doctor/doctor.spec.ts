import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Check, FindingError, failed, ok, warning } from './check.js';
import { runDoctor } from './doctor.js';

const check = (name: string, run: Check['run']): Check => ({ name, run });

describe('runDoctor', () => {
  it('answers in the order of the list, tells each result as it comes, and runs all at the same time', async () => {
    const started: string[] = [];
    const told: string[] = [];
    let release = () => {};
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = check('slow', async () => {
      started.push('slow');
      await second;
      return ok('done');
    });
    const quick = check('quick', async () => {
      started.push('quick');
      release();
      return warning('hm', 'do this');
    });
    const results = await runDoctor([slow, quick], ({ name }) => told.push(name));
    expect(started).to.deep.equal(['slow', 'quick']);
    expect(told).to.deep.equal(['quick', 'slow']);
    expect(results).to.deep.equal([
      { name: 'slow', status: 'ok', message: 'done', remedy: null },
      { name: 'quick', status: 'warning', message: 'hm', remedy: 'do this' },
    ]);
  });

  it('takes what a check throws for us as its finding', async () => {
    const [result] = await runDoctor([check('a', () => Promise.reject(new FindingError(failed('what', 'do this'))))]);
    expect(result).to.deep.equal({ name: 'a', status: 'failed', message: 'what', remedy: 'do this' });
  });

  it('never shows what an error says that is not ours, nor where it came from', async () => {
    const thrown = [new TypeError('key hunter2'), 'hunter2', { key: 'hunter2' }, undefined];
    const checks = thrown.map((error) => check('a', () => Promise.reject(error)));
    const atOnce = check('b', () => {
      throw new RangeError('hunter2');
    });
    for (const { status, message, remedy } of await runDoctor([...checks, atOnce])) {
      expect(status).to.equal('failed');
      expect(message).to.match(/^The check itself broke \((TypeError|RangeError|string|object|undefined)\)\.$/);
      expect(`${message} ${remedy}`).not.to.match(/hunter2|\bat \//);
    }
  });

  it('gives up on one check and not on the others', async () => {
    const hangs = check('hangs', () => new Promise(() => {}));
    const takesTime = check('takes time', async () => {
      await sleep(10);
      return ok('done');
    });
    const [first, second] = await runDoctor([hangs, takesTime], () => {}, 500);
    expect(first).to.include({ status: 'failed', message: 'There was no result within 0.5 seconds.' });
    expect(second).to.include({ status: 'ok' });
  });

  it('has nothing to say of nothing', async () => {
    expect(await runDoctor([])).to.deep.equal([]);
  });
});
