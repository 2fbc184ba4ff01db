import { expect } from 'chai';
import { ALLOWED_ADDRESSES_MAX } from './credential-policy.js';
import { CREDENTIAL_SCOPES, type CredentialTerms } from './credential-record.js';
import { reviewCredential } from './credential-rules.js';

const AT = new Date('2026-02-01T12:00:00Z');
const TERMS: CredentialTerms = {
  name: 'Backend',
  status: 'active',
  scopes: ['auth'],
  expiresAt: null,
  allowedAddresses: ['203.0.113.7'],
};
const many = (count: number) => Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`);

/** Values that can be, and values that can't. */
const FIELDS: Readonly<Record<string, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>> = {
  name: { good: ['', 'Söhne 🦄', 'a'.repeat(100)], bad: ['a'.repeat(101), 7, null, undefined, {}] },
  scopes: {
    good: [[], ['auth'], [...CREDENTIAL_SCOPES]],
    bad: [['admin'], ['AUTH'], 'auth', null, undefined, [null], ['toString'], { 0: 'auth' }],
  },
  expiresAt: { good: [null, AT, new Date(0)], bad: ['2026-02-01', 1_769_947_200_000, {}, new Date(Number.NaN)] },
  allowedAddresses: {
    good: [
      null,
      ['203.0.113.7'],
      ['203.0.113.0/24', '10.0.0.0/8', '0.0.0.0/0'],
      ['2001:db8::1', '2001:DB8::/48'],
      many(ALLOWED_ADDRESSES_MAX),
    ],
    bad: [
      [],
      ['localhost'],
      ['203.0.113.7:80'],
      ['203.0.113.0/33'],
      ['203.0.113.0/'],
      ['203.0.113.0/24/24'],
      ['203.0.113'],
      ['2001:db8::/129'],
      ['fe80::1%eth0'],
      [''],
      [7],
      '203.0.113.7',
      many(ALLOWED_ADDRESSES_MAX + 1),
    ],
  },
};

const short = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 60);

describe('reviewCredential', () => {
  const review = (written: Readonly<Record<string, unknown>>, inForce = TERMS) =>
    reviewCredential({ ...inForce, ...written }, inForce);

  for (const [field, { good, bad }] of Object.entries(FIELDS)) {
    it(`takes a ${field} that can be`, () => {
      for (const value of good) {
        const { inForce, problems } = review({ [field]: value });
        expect([inForce, problems], short(value)).to.deep.equal([{ ...TERMS, [field]: value }, {}]);
      }
    });

    it(`reports a ${field} that can't, says what can, and keeps the last good one`, () => {
      for (const value of bad) {
        const { inForce, problems, changed } = review({ [field]: value });
        expect(Object.keys(problems), short(value)).to.deep.equal([field]);
        expect(problems[field], short(value)).to.match(/Must .*\.$/);
        expect([inForce, changed], short(value)).to.deep.equal([TERMS, []]);
      }
    });
  }

  it('takes an end and addresses that were removed for none', () => {
    const { inForce, problems, changed } = review(
      { expiresAt: undefined, allowedAddresses: undefined },
      { ...TERMS, expiresAt: AT },
    );
    expect(inForce).to.deep.equal({ ...TERMS, expiresAt: null, allowedAddresses: null });
    expect(problems).to.deep.equal({});
    expect(changed).to.deep.equal(['expiresAt', 'allowedAddresses']);
  });

  describe('status', () => {
    it('becomes revoked', () => {
      expect(review({ status: 'revoked' })).to.deep.include({ problems: {}, changed: ['status'] });
    });

    it('that is none is reported, and says that the credential is refused', () => {
      for (const status of ['revoke', 'suspended', '', null, undefined, 7]) {
        const { inForce, problems, changed } = review({ status });
        expect([inForce.status, changed], short(status)).to.deep.equal(['active', []]);
        expect(problems['status']).to.match(/Must be active or revoked.*refused/);
      }
    });

    it('never becomes active again', () => {
      for (const status of ['active', 'x', null, undefined]) {
        const { inForce, problems, changed } = review({ status }, { ...TERMS, status: 'revoked' });
        expect([inForce.status, changed], short(status)).to.deep.equal(['revoked', []]);
        expect(problems['status']).to.match(/stays revoked/);
      }
      expect(review({ status: 'revoked' }, { ...TERMS, status: 'revoked' }).problems).to.deep.equal({});
    });
  });

  it('says nothing of what was written', () => {
    const secret = 'ada@example.com';
    const { problems } = review({ name: [secret], scopes: [secret], expiresAt: secret, allowedAddresses: [secret] });
    expect(Object.keys(problems)).to.have.length(4);
    expect(JSON.stringify(problems)).not.to.include(secret);
  });
});
