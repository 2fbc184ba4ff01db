import { expect } from 'chai';
import { backOffMs, FAILURE_CEILING } from '../limits/lockout-policy.js';
import { CODE_LIFETIME_SECONDS, codeRules, FAILURE_MEMORY_MS, TRIES_PER_CODE } from './code-policy.js';

describe('code policy', () => {
  /** P-07: an org's document can ask for anything. */
  it('keeps an org’s settings within 4 to 10 digits and 60 to 600 seconds', () => {
    const rules = (codeLength: number, codeLifetimeSeconds: number) => codeRules({ codeLength, codeLifetimeSeconds });
    expect(rules(6, 300)).to.deep.equal({ length: 6, lifetimeSeconds: 300 });
    expect(rules(1, 0)).to.deep.equal({ length: 4, lifetimeSeconds: 60 });
    expect(rules(15, 86_400)).to.deep.equal({ length: 10, lifetimeSeconds: 600 });
    expect(rules(6.9, 300.5)).to.deep.equal({ length: 6, lifetimeSeconds: 300 });
  });

  it('keeps to the ceilings of ASVS and NIST', () => {
    expect(TRIES_PER_CODE).to.be.at.most(5);
    expect(CODE_LIFETIME_SECONDS.max).to.be.at.most(600);
  });

  it('remembers failures for longer than any pause or code lasts', () => {
    expect(FAILURE_MEMORY_MS).to.be.greaterThan(backOffMs(FAILURE_CEILING) + CODE_LIFETIME_SECONDS.max * 1_000);
  });
});
