import { expect } from 'chai';
import type { OrgTerms } from './org-record.js';
import { isAllowedOrgId, NEW_ORG_TERMS, reviewOrg } from './org-rules.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';

const LIVE: OrgTerms = { name: 'Acme', status: 'active', environment: 'live', settings: DEFAULT_ORG_SETTINGS };
type Written = { readonly [Field in keyof OrgTerms]: unknown };
const written = (change: Partial<Written>): Written => ({ ...LIVE, ...change });

const reviewNew = (change: Partial<Written>) =>
  reviewOrg(
    { name: 'Acme', status: undefined, environment: undefined, settings: undefined, ...change },
    NEW_ORG_TERMS,
    true,
  );
const reviewEdit = (change: Partial<Written>, inForce = LIVE) => reviewOrg(written(change), inForce, false);

describe('reviewOrg', () => {
  describe('of a new org', () => {
    it('asks for a name, and fills in all else', async () => {
      const { inForce, problems } = await reviewNew({});
      expect(problems).to.deep.equal({});
      expect(inForce).to.deep.equal(LIVE);
    });

    it('takes it as it is written', async () => {
      const settings = { codeLength: 8, defaultCountry: 'CH' };
      const { inForce, problems } = await reviewNew({ status: 'suspended', environment: 'test', settings });
      expect(problems).to.deep.equal({});
      const expected = { ...DEFAULT_ORG_SETTINGS, ...settings };
      expect(inForce).to.deep.equal({ name: 'Acme', status: 'suspended', environment: 'test', settings: expected });
    });

    const NO_NAMES = [
      undefined,
      null,
      '',
      '   ',
      7,
      true,
      {},
      ['Acme'],
      'a'.repeat(101),
      'A\nB',
      'A\u0000',
      'A\u202EB',
    ];
    for (const name of NO_NAMES)
      it(`is told when ${JSON.stringify(name)?.slice(0, 20)} is its name`, async () => {
        const { problems } = await reviewNew({ name });
        expect(Object.keys(problems)).to.deep.equal(['name']);
        expect(problems['name']).to.match(/1 to 100 characters/);
      });

    for (const name of ['A', 'a'.repeat(100), 'Söhne 🦄', '漢字', "O'Neil & Co."])
      it(`can have the name ${name.slice(0, 20)}`, async () => {
        expect((await reviewNew({ name })).inForce.name).to.equal(name);
      });

    it('has spaces around its name taken off', async () => {
      expect((await reviewNew({ name: ' Acme ' })).inForce.name).to.equal('Acme');
    });

    it('reports each field, and of settings each setting', async () => {
      const { problems } = await reviewNew({
        name: 1,
        status: 'on',
        environment: 'staging',
        settings: { codeLength: 3, colour: 'red' },
      });
      expect(Object.keys(problems).sort()).to.deep.equal([
        'environment',
        'name',
        'settings.codeLength',
        'settings.colour',
        'status',
      ]);
    });

    it('reports settings that are no map at all', async () => {
      for (const settings of ['x', 1, [], new Date(), false])
        expect((await reviewNew({ settings })).problems).to.have.all.keys('settings');
    });
  });

  describe('status', () => {
    it('changes to any other', async () => {
      for (const status of ['active', 'suspended', 'revoked'] as const)
        for (const before of ['active', 'suspended'] as const) {
          const { inForce, problems } = await reviewEdit({ status }, { ...LIVE, status: before });
          expect([inForce.status, problems]).to.deep.equal([status, {}]);
        }
    });

    it('that is no status suspends an active org, and is reported for as long as it stands there', async () => {
      for (const status of ['Suspended', 'aktiv', '', null, undefined, 1, {}, 'toString'])
        for (const before of ['active', 'suspended'] as const) {
          const { inForce, problems } = await reviewEdit({ status }, { ...LIVE, status: before });
          expect(inForce.status, String(status)).to.equal('suspended');
          expect(problems['status']).to.match(/active, suspended or revoked/);
        }
    });

    it('stays revoked, whatever is written', async () => {
      for (const status of ['active', 'suspended', 'x', undefined, null]) {
        const { inForce, problems, changed } = await reviewEdit({ status }, { ...LIVE, status: 'revoked' });
        expect([inForce.status, changed]).to.deep.equal(['revoked', []]);
        expect(problems['status']).to.match(/stays revoked/);
      }
      const { problems } = await reviewEdit({ status: 'revoked' }, { ...LIVE, status: 'revoked' });
      expect(problems).to.deep.equal({});
    });
  });

  describe('environment', () => {
    it('stays what it was', async () => {
      for (const [before, environment] of [
        ['live', 'test'],
        ['test', 'live'],
        ['test', undefined],
      ] as const) {
        const { inForce, problems } = await reviewEdit({ environment }, { ...LIVE, environment: before });
        expect(inForce.environment).to.equal(before);
        expect(problems['environment']).to.equal(`It is a ${before} org for good. Create another one.`);
      }
    });

    it('is live when it says nothing', async () => {
      for (const environment of [undefined, null])
        expect((await reviewEdit({ environment })).problems).to.deep.equal({});
    });
  });

  it('keeps what was in force of what is bad, and takes what is good beside it', async () => {
    const settings = { ...DEFAULT_ORG_SETTINGS, codeLength: 99, passwordMinLength: 12 };
    const { inForce, problems, changed } = await reviewEdit({ name: '', settings });
    expect(inForce).to.deep.equal({ ...LIVE, settings: { ...DEFAULT_ORG_SETTINGS, passwordMinLength: 12 } });
    expect(problems).to.have.all.keys('name', 'settings.codeLength');
    expect(changed).to.deep.equal(['settings']);
  });
});

describe('the id of an org', () => {
  it('is 3 to 64 letters, digits, - and _', () => {
    for (const id of ['abc', 'Acme-1_x', '0'.repeat(64), 'org_AAAAAAAAAAAAAAAAAAAAAA', 'mains', 'Main'])
      expect(isAllowedOrgId(id), id).to.equal(true);
  });

  it('is nothing else, and not the pool of the main app', () => {
    for (const id of ['', 'ab', 'main', '__x__', '-abc', 'a b c', 'a.b.c', 'a/b/c', 'Söhne', '0'.repeat(65), 'abc\n'])
      expect(isAllowedOrgId(id), JSON.stringify(id)).to.equal(false);
  });
});
