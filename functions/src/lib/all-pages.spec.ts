import { expect } from 'chai';
import { allPages, PAGE_SIZE } from './all-pages.js';

describe('allPages', () => {
  /** Numbers from 1 up, as a store pages them. */
  function numbers(count: number) {
    const limits: number[] = [];
    const read = async (limit: number, last: number | undefined) => {
      limits.push(limit);
      const rest = count - (last ?? 0);
      return Array.from({ length: Math.min(limit, rest) }, (_, index) => (last ?? 0) + index + 1);
    };
    return { limits, read };
  }

  for (const count of [0, 1, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE])
    it(`reads all of ${count}, each once and in order`, async () => {
      const { read } = numbers(count);
      expect(await allPages(read)).to.deep.equal(Array.from({ length: count }, (_, index) => index + 1));
    });

  it('reads no more than it is to', async () => {
    const { read, limits } = numbers(10 * PAGE_SIZE);
    expect(await allPages(read, PAGE_SIZE + 5)).to.have.length(PAGE_SIZE + 5);
    expect(limits).to.deep.equal([PAGE_SIZE, 5]);
    expect(await allPages(read, PAGE_SIZE)).to.have.length(PAGE_SIZE);
  });
});
