import { expect } from 'chai';
import { KYC_STATUSES, USER_STATUSES, type UserTerms } from './user-record.js';
import { reviewUser } from './user-rules.js';

const TERMS: UserTerms = { kyc_status: 'pending', status: 'active', role: 'user' };
const short = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 40);

/** Values that can be, and values that can't. */
const FIELDS: Readonly<
  Record<keyof UserTerms, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>
> = {
  kyc_status: { good: KYC_STATUSES, bad: ['Approved', '', null, undefined, 1, true, ['approved'], 'toString'] },
  status: { good: ['active', 'suspended', 'banned'], bad: ['Active', '', null, undefined, 1, {}, 'constructor'] },
  role: {
    good: ['user', 'admin', 'a', 'a1-b_c', 'a'.repeat(32)],
    bad: ['', 'Admin', '1a', 'a b', 'a'.repeat(33), 'a\n', 'ü', null, undefined, 7, ['admin']],
  },
};

describe('reviewUser', () => {
  for (const [field, { good, bad }] of Object.entries(FIELDS)) {
    it(`takes a ${field} that can be`, () => {
      for (const value of good) {
        const { inForce, problems } = reviewUser({ ...TERMS, [field]: value }, TERMS);
        expect([inForce, problems], short(value)).to.deep.equal([{ ...TERMS, [field]: value }, {}]);
      }
    });

    it(`reports a ${field} that can't, says what can, and keeps the last good one`, () => {
      for (const value of bad) {
        const { inForce, problems, changed } = reviewUser({ ...TERMS, [field]: value }, TERMS);
        expect(Object.keys(problems), short(value)).to.deep.equal([field]);
        expect(problems[field], short(value)).to.match(/^Must .* was put back\.$/);
        expect([inForce, changed], short(value)).to.deep.equal([TERMS, []]);
      }
    });
  }

  it('lets a status become any other', () => {
    for (const before of USER_STATUSES)
      for (const status of ['active', 'suspended', 'banned'] as const) {
        const { inForce, problems } = reviewUser({ ...TERMS, status }, { ...TERMS, status: before });
        expect([inForce.status, problems], `${before} to ${status}`).to.deep.equal([status, {}]);
      }
  });

  it('lets nobody become pending again', () => {
    for (const before of ['active', 'suspended', 'banned'] as const) {
      const { inForce, problems } = reviewUser({ ...TERMS, status: 'pending' }, { ...TERMS, status: before });
      expect([inForce.status, Object.keys(problems)], before).to.deep.equal([before, ['status']]);
    }
    const pending: UserTerms = { ...TERMS, status: 'pending' };
    expect(reviewUser(pending, pending)).to.deep.equal({ inForce: pending, problems: {}, changed: [] });
  });

  it('says nothing of what was written', () => {
    const written = { kyc_status: 'ada@example.com', status: 'ada@example.com', role: 'ada@example.com' };
    const { problems } = reviewUser(written, TERMS);
    expect(Object.keys(problems)).to.have.length(3);
    expect(JSON.stringify(problems)).not.to.include('ada@');
  });
});
