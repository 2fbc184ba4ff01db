import { expect } from 'chai';
import { consequenceOf } from './org-edits.js';
import { orgId } from './org-id.js';
import type { OrgDocument, OrgTerms } from './org-record.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';

const NOW = new Date('2026-01-15T12:00:00Z');
const BEFORE = new Date('2026-01-01T12:00:00Z');
const TERMS: OrgTerms = { name: 'Acme', status: 'active', environment: 'live', settings: DEFAULT_ORG_SETTINGS };

type Provisioned = OrgDocument & { readonly inForce: OrgTerms };

function edited(written: Readonly<Record<string, unknown>>, change: Partial<Provisioned> = {}): Provisioned {
  return {
    orgId: orgId.generate(),
    tenantId: 'tenant-1',
    createdAt: BEFORE,
    sessionsValidFrom: BEFORE,
    version: '1',
    written: { ...TERMS, ...written },
    inForce: TERMS,
    problems: {},
    provisioning: 'done',
    provisioningMessage: null,
    provisioningRetryAt: null,
    ...change,
  };
}

describe('What follows from an edited org', () => {
  it('is nothing where nothing was edited', async () => {
    expect(await consequenceOf(edited({}), NOW)).to.equal(null);
    expect(await consequenceOf(edited({ settings: { ...DEFAULT_ORG_SETTINGS } }), NOW)).to.equal(null);
  });

  it('is what is in force from now on, and nothing else of the document', async () => {
    const settings = { ...DEFAULT_ORG_SETTINGS, codeLength: 8 };
    expect(await consequenceOf(edited({ name: 'Globex', settings }), NOW)).to.deep.equal({
      change: { inForce: { ...TERMS, name: 'Globex', settings }, problems: {} },
      changed: ['name', 'settings'],
      status: 'active',
    });
  });

  for (const status of ['suspended', 'revoked'] as const)
    it(`is the end of all sessions until now, when it is ${status}`, async () => {
      const consequence = await consequenceOf(edited({ status }), NOW);
      expect(consequence?.change).to.deep.equal({
        inForce: { ...TERMS, status },
        problems: {},
        sessionsValidFrom: NOW,
      });
    });

  it('is the same for a word that is no status, which is reported as well', async () => {
    const consequence = await consequenceOf(edited({ status: 'supsended' }), NOW);
    expect(consequence).to.deep.include({ changed: ['status'], status: 'suspended' });
    expect(consequence?.change).to.deep.include({ sessionsValidFrom: NOW });
    expect(consequence?.change.problems).to.have.all.keys('status');
  });

  it('is the end of all sessions as well when it is resumed: some may have begun before all had heard of the end', async () => {
    const suspended = { inForce: { ...TERMS, status: 'suspended' } } as const;
    const consequence = await consequenceOf(edited({ status: 'active' }, suspended), NOW);
    expect(consequence?.change).to.deep.equal({ inForce: TERMS, problems: {}, sessionsValidFrom: NOW });
  });

  it('leaves sessions alone when anything but the status was edited, suspended or not', async () => {
    for (const status of ['active', 'suspended', 'revoked'] as const) {
      const consequence = await consequenceOf(edited({ name: 'B', status }, { inForce: { ...TERMS, status } }), NOW);
      expect(consequence?.changed).to.deep.equal(['name']);
      expect(consequence?.change).not.to.have.property('sessionsValidFrom');
    }
  });

  it('is a report of what can not be, once', async () => {
    const document = edited({ name: '', environment: 'test' });
    const consequence = await consequenceOf(document, NOW);
    expect(consequence?.changed).to.deep.equal([]);
    expect(consequence?.change.inForce).to.deep.equal(TERMS);
    expect(consequence?.change.problems).to.have.all.keys('name', 'environment');
    const reported = { ...document, problems: consequence?.change.problems ?? {} };
    expect(await consequenceOf(reported, NOW)).to.equal(null);
  });

  it('is that it was provisioned, whatever somebody has made of that', async () => {
    for (const change of [{ provisioning: 'failed' }, { provisioning: null }, { provisioningRetryAt: NOW }] as const) {
      const consequence = await consequenceOf(edited({}, change), NOW);
      expect(consequence?.changed).to.deep.equal([]);
      expect(consequence?.change).to.deep.include({ provisioning: 'done', provisioningRetryAt: null });
    }
  });

  it('is the end of the report once it is mended', async () => {
    const consequence = await consequenceOf(edited({}, { problems: { name: 'Too long.' } }), NOW);
    expect(consequence?.change).to.deep.equal({ inForce: TERMS, problems: {} });
  });
});
