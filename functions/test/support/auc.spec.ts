import { expect } from 'chai';
import { auc } from './auc.js';

describe('auc', () => {
  const CASES: readonly (readonly [what: string, a: readonly number[], b: readonly number[], expected: number])[] = [
    ['all of b above a', [1, 2, 3], [4, 5], 1],
    ['all of b below a', [4, 5], [1, 2, 3], 0],
    ['the same values', [1, 2, 3], [3, 2, 1], 0.5],
    ['nothing but ties', [7, 7, 7], [7, 7], 0.5],
    ['one pair of four the wrong way round', [1, 3], [2, 4], 0.75],
    ['a tie, which counts half', [1, 2], [2, 3], 0.875],
    ['an outlier, which counts as one place', [1, 1_000_000], [2, 3], 0.5],
  ];
  for (const [what, a, b, expected] of CASES)
    it(what, () => {
      expect(auc(a, b)).to.equal(expected);
      expect(auc(b, a)).to.equal(1 - expected);
    });

  it('refuses to judge without samples', () => {
    expect(() => auc([], [1])).to.throw();
    expect(() => auc([1], [])).to.throw();
  });
});
