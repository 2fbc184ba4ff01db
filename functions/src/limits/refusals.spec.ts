import { expect } from 'chai';
import { ManualClock } from '../../test/support/unit-fixtures.js';
import { Refusals } from './refusals.js';

describe('Refusals', () => {
  function setUp() {
    const clock = new ManualClock();
    return { clock, start: clock.now(), refusals: new Refusals(clock) };
  }

  it('tells the whole time, and remembers it for less', () => {
    const { clock, start, refusals } = setUp();
    refusals.add('a/x', start + 60_000, 30_000);
    expect(refusals.until('a/x')).to.equal(start + 60_000);
    clock.advance(29_999);
    expect(refusals.until('a/x')).to.equal(start + 60_000);
    clock.advance(1);
    expect(refusals.until('a/x')).to.equal(0);
  });

  it('ends with its time, however long it would be remembered', () => {
    const { clock, start, refusals } = setUp();
    refusals.add('a/x', start + 10, 30_000);
    clock.advance(10);
    expect(refusals.until('a/x')).to.equal(0);
  });

  it('keeps the latest end: of parallel failures the first may be noted last', () => {
    const { start, refusals } = setUp();
    refusals.add('a/x', start + 60_000, 30_000);
    refusals.add('a/x', start + 30_000, 30_000);
    expect(refusals.until('a/x')).to.equal(start + 60_000);
  });

  it('forgets the counters of one document', () => {
    const { start, refusals } = setUp();
    for (const counter of ['a/x', 'a/y', 'ab/x']) refusals.add(counter, start + 1, 1);
    refusals.forget('a');
    expect(['a/x', 'a/y', 'ab/x'].map((counter) => refusals.until(counter))).to.deep.equal([0, 0, start + 1]);
  });
});
