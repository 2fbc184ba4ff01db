import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testKeyring } from '../../test/support/unit-fixtures.js';
import type { ChallengeKey, ChallengeRecord } from './challenge-record.js';
import { type CodeBinding, codeMatches, computeMac, generateCode } from './code-mac.js';

const SOURCE = join(import.meta.dirname, '..');

/** O-06. */
const DRAWS = 1_000_000;
/** χ² with 9 degrees of freedom: p = 0.001 over 6 positions together (Bonferroni). */
const CHI_SQUARE_LIMIT = 32.4;

describe('generateCode', () => {
  it(`draws ${DRAWS.toLocaleString('en')} codes whose digits are uniform at each of 6 positions`, function () {
    // A true generator fails once in 1,000 runs, twice in a row once in a million; a biased one always does.
    this.retries(1);
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0));
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const code = generateCode(6);
      for (const [position, digits] of counts.entries()) {
        const digit = Number(code[position]);
        digits[digit] = (digits[digit] ?? 0) + 1;
      }
    }
    const expected = DRAWS / 10;
    const statistics = counts.map((digits) => digits.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0));
    expect(Math.max(...statistics), `χ² by position: ${statistics.map((x) => x.toFixed(1))}`).to.be.below(
      CHI_SQUARE_LIMIT,
    );
  });

  for (let length = 4; length <= 10; length += 1)
    it(`makes codes of ${length} digits, leading zeros kept`, () => {
      const codes = Array.from({ length: 2_000 }, () => generateCode(length));
      expect(codes.filter((code) => !new RegExp(`^\\d{${length}}$`).test(code))).to.deep.equal([]);
      // One in ten begins with 0; that none of 2,000 does has a chance of 10⁻⁹¹.
      expect(codes.some((code) => code.startsWith('0'))).to.equal(true);
      expect(codes.some((code) => code.startsWith('9'))).to.equal(true);
    });

  it('has no modulo bias: halves and thirds of the range come up equally', () => {
    const values = Array.from({ length: 30_000 }, () => Number(generateCode(6)));
    const share = (below: number) => values.filter((value) => value < below).length / values.length;
    // Five standard deviations.
    expect(share(500_000)).to.be.closeTo(1 / 2, 0.0145);
    expect(share(333_333)).to.be.closeTo(1 / 3, 0.0137);
  });

  it('is the only source of randomness: no Math.random anywhere', () => {
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
    expect(sources.length).to.be.greaterThan(80);
    const offenders = sources.filter((file) =>
      /Math\s*(\.|\[\s*['"`])\s*random/.test(readFileSync(join(SOURCE, file), 'utf8')),
    );
    expect(offenders).to.deep.equal([]);
  });
});

describe('codeMatches', () => {
  const peppers = testKeyring('pepper', 1, 2);
  const CODE = '012345';
  const binding: CodeBinding = {
    poolId: 'org_a',
    purpose: 'login',
    uid: 'usr_a',
    contact: { kind: 'email', value: 'ada@example.com' },
    challengeId: 'challenge-a',
  };

  function stored(change: Partial<CodeBinding> = {}, version = 2): ChallengeRecord {
    const bound = { ...binding, ...change };
    return {
      challengeId: bound.challengeId,
      serial: 1,
      sequence: 1,
      proves: null,
      uid: bound.uid,
      mac: computeMac(peppers.find(version) ?? Buffer.alloc(0), bound, CODE).toString('base64url'),
      pepperVersion: version,
      sibling: 'sibling' as ChallengeKey,
      expiresAt: new Date(0),
      purgeAt: new Date(0),
    };
  }

  /** Another text, and each code that is live at a deployment is refused after it. */
  it('is over this very text: the word code, then all that the code is bound to', () => {
    const text = '["code","org_a","login","usr_a","email","ada@example.com","challenge-a","012345"]';
    const pepper = Buffer.alloc(32, 7);
    const expected = createHmac('sha256', pepper).update(text).digest('hex');
    expect(computeMac(pepper, binding, CODE).toString('hex')).to.equal(expected);
  });

  it('accepts the code where it belongs', () => {
    expect(codeMatches(peppers, stored(), binding, CODE)).to.equal(true);
  });

  it('accepts a code from before the pepper was rotated, and none from a retired one', () => {
    expect(codeMatches(peppers, stored({}, 1), binding, CODE)).to.equal(true);
    expect(codeMatches(testKeyring('pepper', 2), stored({}, 1), binding, CODE)).to.equal(false);
  });

  /** O-07: what a code is bound to, and for each another value that may not take it. */
  const OTHERS: Readonly<Record<string, Partial<CodeBinding>>> = {
    org: { poolId: 'org_b' },
    'the main app': { poolId: 'main' },
    purpose: { purpose: 'password_reset' },
    user: { uid: 'usr_b' },
    address: { contact: { kind: 'email', value: 'eve@example.com' } },
    channel: { contact: { kind: 'phone', value: 'ada@example.com' } },
    challenge: { challengeId: 'challenge-b' },
  };
  for (const [what, change] of Object.entries(OTHERS)) {
    it(`refuses a code of another ${what}, in both directions`, () => {
      const { challengeId, uid, ...context } = { ...binding, ...change };
      expect(codeMatches(peppers, { ...stored(), challengeId, uid }, context, CODE)).to.equal(false);
      expect(
        codeMatches(peppers, { ...stored(change), challengeId: binding.challengeId, uid: binding.uid }, binding, CODE),
      ).to.equal(false);
    });
  }

  it('refuses whenever anything differs, alone or together', () => {
    const changes = Object.values(OTHERS);
    let tried = 0;
    for (let mask = 1; mask < 2 ** changes.length; mask += 1) {
      const change = Object.assign({}, ...changes.filter((_, bit) => (mask >> bit) % 2 === 1));
      const { challengeId, uid, ...context } = { ...binding, ...change };
      expect(codeMatches(peppers, { ...stored(), challengeId, uid }, context, CODE), JSON.stringify(change)).to.equal(
        false,
      );
      tried += 1;
    }
    expect(tried).to.equal(127);
  });

  const WRONG = [
    '',
    '01234',
    '0123456',
    '12345',
    '012346',
    ' 012345',
    '012345\n',
    '０１２３４５',
    '+12345',
    '12345.0',
    '0x3039',
  ];
  for (const code of WRONG)
    it(`refuses ${JSON.stringify(code)}`, () => {
      expect(codeMatches(peppers, stored(), binding, code)).to.equal(false);
    });

  it('refuses a stored MAC that is cut, empty or no base64, without an exception', () => {
    const { mac } = stored();
    for (const bad of ['', mac.slice(0, -2), `${mac}AAAA`, '!', `v${mac}`])
      expect(codeMatches(peppers, { ...stored(), mac: bad }, binding, CODE), bad).to.equal(false);
  });

  /** O-09: what stands in the database lets nobody try codes without the pepper. */
  it('gives nothing to guess by: no pepper, no match among all codes of the length', () => {
    const { mac } = stored();
    const guessed = [Buffer.alloc(0), Buffer.alloc(32), Buffer.from(binding.challengeId)];
    const hits = guessed.flatMap((pepper) =>
      Array.from({ length: 10_000 }, (_, n) => String(n).padStart(6, '0')).filter(
        (code) => computeMac(pepper, binding, code).toString('base64url') === mac,
      ),
    );
    expect(hits).to.deep.equal([]);
  });
});
