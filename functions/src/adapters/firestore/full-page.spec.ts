import { expect } from 'chai';
import type { StoredDocument } from './firestore-access.js';
import { fullPage } from './full-page.js';

/** Documents by their ids; in capitals are those that something can be made of. */
const pageOf = async (documents: string, limit: number) => {
  const reads: string[] = [];
  const read = async (after: StoredDocument | undefined): Promise<StoredDocument[]> => {
    const start = after === undefined ? 0 : documents.indexOf(after.id) + 1;
    const page = documents.slice(start, start + limit);
    reads.push(page);
    return [...page].map((id) => ({ id, data: {}, version: '1' }));
  };
  const found = await fullPage(limit, read, ({ id }) => (id === id.toUpperCase() ? id : null));
  return { found: found.join(''), reads };
};

describe('fullPage', () => {
  it('takes one read where nothing is spoilt', async () => {
    expect(await pageOf('ABCD', 3)).to.deep.equal({ found: 'ABC', reads: ['ABC'] });
    expect(await pageOf('AB', 3)).to.deep.equal({ found: 'AB', reads: ['AB'] });
    expect(await pageOf('', 3)).to.deep.equal({ found: '', reads: [''] });
  });

  it('reads on until the page is full, and gives no more than it', async () => {
    expect(await pageOf('aBcdefGHIJ', 3)).to.deep.equal({ found: 'BGH', reads: ['aBc', 'def', 'GHI'] });
  });

  it('ends with the documents', async () => {
    expect(await pageOf('abcdef', 3)).to.deep.equal({ found: '', reads: ['abc', 'def', ''] });
    expect(await pageOf('abcD', 3)).to.deep.equal({ found: 'D', reads: ['abc', 'D'] });
  });
});
