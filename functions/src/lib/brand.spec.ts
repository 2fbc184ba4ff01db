import { expect } from 'chai';
import { appId, generateAppKey } from '../apps/app-id.js';
import { orgId } from '../orgs/org-id.js';
import { sessionId } from '../sessions/session-id.js';
import { userId } from '../users/user-id.js';
import { prefixedId } from './brand.js';

const KINDS = { usr: userId, org: orgId, ses: sessionId, app: appId };

describe('prefixed ids', () => {
  for (const [prefix, kind] of Object.entries(KINDS)) {
    it(`${prefix}_: generates what it accepts, 128 bits of it, and no other kind does`, () => {
      const id = kind.generate();
      expect(id).to.match(new RegExp(`^${prefix}_[A-Za-z0-9_-]{22}$`));
      expect(Buffer.from(id.slice(4), 'base64url')).to.have.length(16);
      const accepting = Object.entries(KINDS).filter(([, other]) => other.is(id));
      expect(accepting.map(([name]) => name)).to.deep.equal([prefix]);
    });
  }

  it('never makes the same id twice', () => {
    const kind = prefixedId<'Test'>('tst');
    const ids = new Set(Array.from({ length: 10_000 }, () => kind.generate()));
    expect(ids.size).to.equal(10_000);
  });

  it('makes the id of given bits', () => {
    const id = sessionId.generate();
    expect(sessionId.of(id.slice('ses_'.length))).to.equal(id);
  });

  /** T-04: none of these may become a segment of a Firestore path. */
  const body = 'A'.repeat(22);
  const HOSTILE: readonly unknown[] = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    '__usr__',
    `usr_${body}A`,
    `usr_${body.slice(1)}`,
    `usr_${body}\n`,
    `\nusr_${body}`,
    ` usr_${body}`,
    `USR_${body}`,
    `usr_${body.slice(1)}/`,
    `usr_${body.slice(1)}.`,
    `usr_${body.slice(1)}\0`,
    `usr_${body.slice(1)}é`,
    `usr_${'A'.repeat(1_501)}`,
    undefined,
    null,
    0,
    true,
    {},
    [`usr_${body}`],
    { toString: () => `usr_${body}` },
  ];
  for (const value of HOSTILE) {
    it(`refuses ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      expect(userId.is(value)).to.equal(false);
    });
  }

  it('makes app keys of 256 bits', () => {
    const [, random = ''] = /^gh_app_([A-Za-z0-9_-]{43})$/.exec(generateAppKey()) ?? [];
    expect(Buffer.from(random, 'base64url')).to.have.length(32);
  });
});
