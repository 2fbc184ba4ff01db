import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { ParamName } from './param-names.js';
import { parseSecrets, type Secrets } from './secrets.js';

const [A, B, C] = [1, 2, 3].map(() => randomBytes(32)) as [Buffer, Buffer, Buffer];
const text = (key: Buffer) => key.toString('base64');
const GOOD = { CODE_PEPPERS: `1:${text(A)}`, DATA_KEYS: `1:${text(B)}`, INDEX_KEY: text(C) };

function parse(values: Partial<Record<ParamName, string>>): Secrets {
  const all: Partial<Record<ParamName, string>> = { ...GOOD, ...values };
  return parseSecrets((name) => all[name] ?? '');
}

describe('parseSecrets', () => {
  it('reads keys of 32 bytes', () => {
    const { codePeppers, dataKeys, indexKey } = parse({});
    expect(codePeppers.current).to.deep.equal({ version: 1, key: A });
    expect(dataKeys.current).to.deep.equal({ version: 1, key: B });
    expect(indexKey).to.deep.equal(C);
  });

  it('reads several versions and takes the highest for new values', () => {
    const { codePeppers } = parse({ CODE_PEPPERS: ` 2:${text(A)} , 10:${text(B)},\n1:${text(C)} ` });
    expect(codePeppers.current).to.deep.equal({ version: 10, key: B });
    expect([1, 2, 10].map((version) => codePeppers.find(version))).to.deep.equal([C, A, B]);
  });

  it('forgives the line end that `openssl rand -base64 32 | …` leaves', () => {
    expect(parse({ INDEX_KEY: `${text(C)}\n` }).indexKey).to.deep.equal(C);
  });

  /** Each is refused, and the message names the secret but does not repeat it. */
  const BAD_KEYS: Readonly<Record<string, string>> = {
    empty: '',
    blank: ' \n',
    'too short': randomBytes(31).toString('base64'),
    'far too short': randomBytes(8).toString('base64'),
    'too long': randomBytes(33).toString('base64'),
    'hex of 32 bytes': randomBytes(32).toString('hex'),
    'a pass phrase': 'correct horse battery staple',
    'constant zero': Buffer.alloc(32).toString('base64'),
    'constant letter': Buffer.alloc(32, 'a').toString('base64'),
  };
  for (const [what, bad] of Object.entries(BAD_KEYS)) {
    it(`refuses an index key that is ${what}`, () => {
      refused(() => parse({ INDEX_KEY: bad }), 'INDEX_KEY', bad);
    });
    for (const name of ['CODE_PEPPERS', 'DATA_KEYS'] as const)
      it(`refuses ${name} with a key that is ${what}`, () => {
        refused(() => parse({ [name]: `1:${bad}` }), name, bad);
        refused(() => parse({ [name]: `1:${text(A)},2:${bad}` }), name, bad);
      });
  }

  const BAD_RINGS: Readonly<Record<string, string>> = {
    empty: '',
    'only a comma': ',',
    'a key without a version': text(A),
    'a version that is no number': `one:${text(A)}`,
    'a negative version': `-1:${text(A)}`,
    'a version out of range': `1234567890:${text(A)}`,
    'a trailing comma': `1:${text(A)},`,
    'a version twice': `1:${text(A)},1:${text(B)}`,
    'a version twice in two spellings': `1:${text(A)},01:${text(B)}`,
    'base64url of a key': `1:${Buffer.alloc(32, 0xfb).toString('base64url')}`,
    'something behind a key': `1:${text(A)} 2`,
  };
  for (const [what, bad] of Object.entries(BAD_RINGS))
    for (const name of ['CODE_PEPPERS', 'DATA_KEYS'] as const)
      it(`refuses ${name} that is ${what}`, () => {
        refused(() => parse({ [name]: bad }), name, text(A));
      });
});

function refused(work: () => unknown, name: string, secret: string): void {
  expect(work).to.throw(Error, name);
  if (secret.trim().length > 8) expect(work).not.to.throw(secret.trim());
}
