import { expect } from 'chai';
import { rejection } from '../../test/support/unit-fixtures.js';
import { forEach } from './for-each.js';

describe('forEach', () => {
  it('works on so many at once, and on all', async () => {
    let [running, most] = [0, 0];
    const done: number[] = [];
    await forEach([1, 2, 3, 4, 5], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      done.push(item);
    });
    expect(most).to.equal(2);
    expect(done).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('works on the rest before it throws the first error', async () => {
    const seen: number[] = [];
    const failing = forEach([1, 2, 3], 1, async (item) => {
      seen.push(item);
      if (item < 3) throw new Error(`at ${item}`);
    });
    expect(await rejection(failing)).to.have.property('message', 'at 1');
    expect(seen).to.deep.equal([1, 2, 3]);
  });
});
