import { expect } from 'chai';
import { orgId } from '../../src/orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS } from '../../src/orgs/org-record.js';
import type { OrgStore } from '../../src/orgs/org-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newOrg } from '../support/records.js';
import { expectCode } from '../support/unit-fixtures.js';

const AT = new Date('2026-01-01T12:00:00.123Z');

describeContract('OrgStore', (ports) => {
  let store: OrgStore;
  before(() => {
    store = ports().orgs;
  });

  it('finds none that was not created', async () => {
    expect(await store.find(orgId.generate())).to.equal(null);
  });

  it('gives an org back as it was created', async () => {
    const settings = {
      ...DEFAULT_ORG_SETTINGS,
      codeLength: 8,
      defaultCountry: 'CH',
      trustedIssuer: { iss: 'privy.io', aud: 'app', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } },
    };
    for (const org of [newOrg(), newOrg({ settings, status: 'suspended', sessionsValidFrom: AT, name: 'Söhne 🦄' })]) {
      await store.create(org);
      expect(await store.find(org.orgId)).to.deep.equal(org);
    }
  });

  it('refuses an id that is there, and keeps what is', async () => {
    const org = newOrg();
    await store.create(org);
    await expectCode(store.create({ ...org, name: 'Another' }), 'already_exists');
    expect(await store.find(org.orgId)).to.deep.equal(org);
  });

  it('lets one of 20 parallel creations through', async () => {
    const org = newOrg();
    const results = await Promise.allSettled(times(20, (n) => store.create({ ...org, name: `${org.name} ${n}` })));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  describe('setStatus', () => {
    it('changes the status alone, or with it since when sessions count', async () => {
      const org = newOrg();
      await store.create(org);
      await store.setStatus(org.orgId, 'suspended', AT);
      expect(await store.find(org.orgId)).to.deep.equal({ ...org, status: 'suspended', sessionsValidFrom: AT });
      await store.setStatus(org.orgId, 'active');
      expect(await store.find(org.orgId)).to.deep.equal({ ...org, status: 'active', sessionsValidFrom: AT });
    });

    it('makes no org', async () => {
      const id = orgId.generate();
      await expectCode(store.setStatus(id, 'active', AT), 'not_found');
      await expectCode(store.setStatus(id, 'active'), 'not_found');
      expect(await store.find(id)).to.equal(null);
    });
  });
});
