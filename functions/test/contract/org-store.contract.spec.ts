import { expect } from 'chai';
import { MINUTE_MS } from '../../src/lib/clock.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import type { OrgDocument, OrgRecord } from '../../src/orgs/org-record.js';
import { DEFAULT_ORG_SETTINGS } from '../../src/orgs/org-settings.js';
import type { OrgStore } from '../../src/orgs/org-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { type DocumentEditor, documentEditor } from '../support/document-editor.js';
import { newOrg, storeOrg } from '../support/records.js';
import { readOrg, storedOrg } from '../support/stored-documents.js';

const AT = new Date('2026-01-01T12:00:00.123Z');

describeContract('OrgStore', (ports) => {
  let store: OrgStore;
  let editor: DocumentEditor;
  before(() => {
    store = ports().orgs;
    editor = documentEditor(ports());
  });
  after(() => editor.close());

  const stored = (org?: OrgRecord) => storedOrg(store, org);
  const read = (id: OrgId) => readOrg(store, id);

  it('finds and reads none that was not created', async () => {
    expect(await store.find(orgId.generate())).to.equal(null);
    expect(await store.read(orgId.generate())).to.equal(null);
  });

  it('gives an org back as it was created', async () => {
    const settings = {
      ...DEFAULT_ORG_SETTINGS,
      codeLength: 8,
      defaultCountry: 'CH',
      smsCountries: ['CH', 'LI'],
      loginTemplate: { sms: '{code} {org}' },
      limits: { sends10m: 2 },
      trustedIssuer: { iss: 'privy.io', aud: 'app', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } },
    };
    for (const org of [
      newOrg(),
      newOrg({ settings, environment: 'test', status: 'suspended', sessionsValidFrom: AT, name: 'Söhne 🦄' }),
    ]) {
      await storeOrg(store, org);
      expect(await store.find(org.orgId)).to.deep.equal(org);
    }
  });

  it('reads the whole document, what was written and what is in force', async () => {
    const org = newOrg();
    const { orgId: id, tenantId, createdAt, sessionsValidFrom, ...terms } = org;
    const { version, ...document } = await stored(org);
    expect(version).to.be.a('string').that.is.not.equal('');
    expect(document).to.deep.equal({
      orgId: id,
      tenantId,
      createdAt,
      sessionsValidFrom,
      written: terms,
      inForce: terms,
      problems: {},
      provisioning: 'done',
      provisioningMessage: null,
      provisioningRetryAt: null,
    });
  });

  it('reads what an admin has added, which is no org yet', async () => {
    const id = orgId.generate();
    await editor.org(id, { name: 'Acme', settings: { codeLength: '6' } });
    const { version: _, ...document } = await read(id);
    expect(document).to.deep.equal({
      orgId: id,
      tenantId: null,
      createdAt: null,
      sessionsValidFrom: new Date(0),
      written: { name: 'Acme', status: undefined, environment: undefined, settings: { codeLength: '6' } },
      inForce: null,
      problems: {},
      provisioning: null,
      provisioningMessage: null,
      provisioningRetryAt: null,
    });
    expect(await store.find(id)).to.equal(null);
  });

  it('goes by a stricter status as soon as it is written, and by nothing else that is', async () => {
    const org = newOrg();
    const { version } = await stored(org);
    await editor.org(org.orgId, { status: 'suspended', name: 'Another', settings: { codeLength: 4 } });
    expect(await store.find(org.orgId)).to.deep.equal({ ...org, status: 'suspended' });
    expect((await read(org.orgId)).version).not.to.equal(version);
    for (const status of [undefined, null, 'Active', 1]) {
      await editor.org(org.orgId, { status });
      expect((await store.find(org.orgId))?.status, String(status)).to.equal('suspended');
    }
    await editor.org(org.orgId, { status: 'revoked' });
    expect((await store.find(org.orgId))?.status).to.equal('revoked');
  });

  describe('list', () => {
    it('gives all, page by page in the order of their ids', async () => {
      const made = await Promise.all(times(7, () => stored()));
      const found: OrgDocument[] = [];
      for (;;) {
        const page = await store.list(3, found.at(-1)?.orgId);
        expect(page.length).to.be.at.most(3);
        found.push(...page);
        if (page.length === 0) break;
      }
      const ids = found.map(({ orgId: id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      for (const document of made) expect(found).to.deep.include(document);
      // Firestore goes by UTF-8, which is JavaScript's order for what ids are made of.
      expect(ids).to.deep.equal([...ids].sort());
    });
  });

  describe('findDue', () => {
    /** Times that no other test uses, so that the first page is of these. */
    const due = async (retryAt: Date) => {
      const id = orgId.generate();
      const fields = { written: { name: 'Due' }, provisioning: 'running', provisioningRetryAt: retryAt } as const;
      await store.create(id, fields, []);
      return id;
    };
    const at = (minutes: number) => new Date(Date.UTC(2001, 0, 1) + minutes * MINUTE_MS);

    it('gives those whose time has come, the longest due first, and pages between equal times', async () => {
      const same = (await Promise.all(times(5, () => due(at(1))))).sort();
      const [first, exact, later] = [await due(at(0)), await due(at(2)), await due(at(3))];
      await stored();
      const found: OrgDocument[] = [];
      for (let page = 0; page < 4; page += 1) found.push(...(await store.findDue(at(2), 2, found.at(-1))));
      const ids = found.map(({ orgId: id }) => id);
      expect(ids).to.deep.equal([first, ...same, exact]);
      expect(await store.findDue(at(2), 2, found.at(-1))).to.deep.equal([]);
      expect(found[0]).to.deep.equal(await read(first));
      const rest = await store.findDue(at(3), 10, found.at(-1));
      expect(rest.map(({ orgId: id }) => id)).to.deep.equal([later]);
    });

    it('leaves out what is not to be tried again', async () => {
      const id = await due(at(0));
      const document = await read(id);
      await store.change(document, { provisioning: 'failed', provisioningRetryAt: null });
      const found = await store.findDue(at(0), 100);
      expect(found.map((one) => one.orgId)).not.to.include(id);
    });
  });
});
