import { expect } from 'chai';
import { isMap } from '../../lib/is-map.js';
import {
  type Check,
  isDate,
  isDocumentId,
  isFlag,
  isNullOr,
  isNumber,
  isOneOf,
  isReadable,
  isText,
  isTexts,
  orElse,
  orNull,
  passing,
  problemsOf,
} from './document-fields.js';
import { UNREADABLE } from './values.js';

const VALUES = {
  undefined,
  null: null,
  empty: '',
  text: 'text',
  whole: 7,
  nan: Number.NaN,
  flag: true,
  date: new Date(0),
  map: { a: 'b' },
  deep: { a: [UNREADABLE] },
  list: ['a'],
  mixed: ['a', 1],
  unreadable: UNREADABLE,
};

const ACCEPTED: readonly (readonly [string, Check<unknown>, readonly (keyof typeof VALUES)[]])[] = [
  ['isText', isText, ['empty', 'text']],
  ['isFlag', isFlag, ['flag']],
  ['isNumber', isNumber, ['whole']],
  ['isDate', isDate, ['date']],
  ['isMap', isMap, ['map', 'deep']],
  ['isTexts', isTexts, ['list']],
  ['isOneOf', isOneOf(['text', 'other']), ['text']],
  ['isNullOr', isNullOr(isText), ['null', 'empty', 'text']],
  ['isDocumentId', isDocumentId, ['text']],
  [
    'isReadable',
    isReadable,
    Object.keys(VALUES).filter((name) => !['deep', 'unreadable'].includes(name)) as (keyof typeof VALUES)[],
  ],
];

describe('fields of documents that anybody may have edited', () => {
  for (const [name, check, accepted] of ACCEPTED)
    it(`${name} accepts ${accepted.join(', ')}`, () => {
      const passed = Object.entries(VALUES).filter(([, value]) => check(value));
      expect(passed.map(([value]) => value)).to.deep.equal(accepted);
    });

  it('isDocumentId accepts what can be a part of a path', () => {
    for (const id of ['a', 'gh_key_live_x', 'Süd', '__a', '...']) expect(isDocumentId(id), id).to.equal(true);
    for (const id of ['a/b', '/', '.', '..', '__a__', '____', 'x'.repeat(301)])
      expect(isDocumentId(id), id).to.equal(false);
  });

  it('are null, or something else, where they are of another type', () => {
    expect([orNull(isText, 'a'), orNull(isText, 1), orNull(isText, undefined)]).to.deep.equal(['a', null, null]);
    expect([orElse(isTexts, ['a'], []), orElse(isTexts, UNREADABLE, [])]).to.deep.equal([['a'], []]);
  });

  it('report no problems where not all of these are texts', () => {
    expect(problemsOf({ name: 'Too long.' })).to.deep.equal({ name: 'Too long.' });
    for (const value of [undefined, null, 'text', ['a'], { name: 1 }, { name: 'a', status: UNREADABLE }])
      expect(problemsOf(value)).to.deep.equal({});
  });

  it('are left out where they are not known, or not as they should be', () => {
    const fields = { city: 'Bern', state: 7, toString: 'known to every object', other: 'x' };
    expect(passing({ city: isText, state: isText }, fields)).to.deep.equal({ city: 'Bern' });
  });
});
