import { expect } from 'chai';
import { z } from 'zod';
import { type Rules, review, shaped } from './review.js';

interface Terms {
  readonly name: string;
  readonly size: number;
  readonly tags: readonly string[];
}

const RULES: Rules<Terms> = {
  name: shaped(z.string('Must be a text.').trim().min(1, 'Must not be empty.')),
  size: (written, inForce) => {
    if (typeof written !== 'number') return { value: 0, problem: 'Must be a number. It was taken for 0.' };
    return written < inForce ? { problem: 'Must not shrink.' } : { value: written };
  },
  tags: shaped(z.array(z.string('Must be a text.'), 'Must be a list.')),
};
const BEFORE: Terms = { name: 'Acme', size: 3, tags: ['a'] };

describe('review', () => {
  it('finds nothing in what was not changed', () => {
    expect(review(RULES, { ...BEFORE, tags: ['a'] }, BEFORE)).to.deep.equal({
      inForce: BEFORE,
      problems: {},
      changed: [],
    });
  });

  it('takes what is good, and tells which fields have changed by it', () => {
    const reviewed = review(RULES, { name: ' Globex ', size: 4, tags: ['a'] }, BEFORE);
    expect(reviewed).to.deep.equal({
      inForce: { name: 'Globex', size: 4, tags: ['a'] },
      problems: {},
      changed: ['name', 'size'],
    });
  });

  it('keeps the last good value of what is bad, and takes the good ones beside it', () => {
    const reviewed = review(RULES, { name: '', size: 2, tags: ['b'] }, BEFORE);
    expect(reviewed).to.deep.equal({
      inForce: { name: 'Acme', size: 3, tags: ['b'] },
      problems: { name: 'Must not be empty.', size: 'Must not shrink.' },
      changed: ['tags'],
    });
  });

  it('lets a rule have an effect and report a problem', () => {
    const written = { ...BEFORE, size: 'three' };
    const problems = { size: 'Must be a number. It was taken for 0.' };
    expect(review(RULES, written, BEFORE)).to.deep.equal({
      inForce: { ...BEFORE, size: 0 },
      problems,
      changed: ['size'],
    });
    const again = review(RULES, written, { ...BEFORE, size: 0 });
    expect(again).to.deep.equal({ inForce: { ...BEFORE, size: 0 }, problems, changed: [] });
  });

  it('looks at the fields of its rules alone, and takes one that is missing for undefined', () => {
    const written = { name: 'Acme', size: 3, other: 1, toString: 2 };
    const reviewed = review(RULES, written, BEFORE);
    expect(reviewed).to.deep.equal({ inForce: BEFORE, problems: { tags: 'Must be a list.' }, changed: [] });
  });

  it('changes neither of what it is given', () => {
    const written = Object.freeze({ name: 'Globex', size: 4, tags: Object.freeze(['b']) });
    const before = Object.freeze({ ...BEFORE });
    review(RULES, written, before);
    expect(before).to.deep.equal(BEFORE);
  });
});

describe('shaped', () => {
  it('says where in the value the problem is, and not what stands there', () => {
    const rule = shaped(z.object({ list: z.array(z.object({ n: z.number('Must be a number.') })) }));
    const verdict = rule({ list: [{ n: 1 }, { n: 'ada@example.com' }] });
    expect(verdict).to.deep.equal({ problem: 'list.1.n: Must be a number.' });
  });

  it('says what is wrong with the value itself without a place', () => {
    expect(shaped(z.string('Must be a text.'))(1)).to.deep.equal({ problem: 'Must be a text.' });
  });

  it('answers the value as the schema reads it', () => {
    expect(shaped(z.string().trim())(' a ')).to.deep.equal({ value: 'a' });
  });
});
