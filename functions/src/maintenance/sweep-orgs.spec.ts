import { expect } from 'chai';
import { type DocumentEditor, documentEditor } from '../../test/support/document-editor.js';
import { BY, newOrg, storeOrg } from '../../test/support/records.js';
import { Sweeper } from '../../test/support/sweeper.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { DEFAULT_SCOPES } from '../credentials/credential-admin.js';
import type { KeyId } from '../credentials/credential-id.js';
import { SECRET_SHOWN_MS } from '../credentials/credential-policy.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { MINUTE_MS } from '../lib/clock.js';
import { type OrgId, orgId } from '../orgs/org-id.js';
import { PROVISIONING_LEASE_MS } from '../orgs/org-policy.js';
import { SWEEP_PAGE } from './sweep-policy.js';

const NOTHING = { done: 0, skipped: 0, failed: 0, unfinished: false };

describe('SweepService, of what admins have begun', () => {
  let sweeper: Sweeper;
  let editor: DocumentEditor;
  beforeEach(() => {
    sweeper = new Sweeper();
    editor = documentEditor(sweeper.ports);
  });
  const sweep = () => sweeper.newSweep().run();

  describe('orgs', () => {
    /** Dies while its tenant is being made. */
    async function dead(name = 'Acme'): Promise<OrgId> {
      const id = orgId.generate();
      await editor.org(id, { name });
      const document = await sweeper.ports.orgs.read(id);
      if (document === null) throw new Error('it was not added');
      const { tenants } = sweeper.ports;
      const create = tenants.create.bind(tenants);
      tenants.create = () => Promise.reject(new UnavailableError());
      await rejection(sweeper.provisioner.run(document, BY, { shown: true }));
      tenants.create = create;
      return id;
    }

    it('whose provisioning died are provisioned once its lease is over, and once', async () => {
      const id = await dead();
      sweeper.clock.advance(PROVISIONING_LEASE_MS - 1);
      expect((await sweep()).orgs).to.deep.equal(NOTHING);
      sweeper.clock.advance(1);
      const reports = await Promise.all([sweep(), sweep()]);
      expect(reports.reduce((sum, { orgs }) => sum + orgs.done, 0)).to.equal(1);
      expect(await sweeper.ports.orgs.find(id)).to.include({ name: 'Acme', status: 'active' });
      expect(await sweeper.ports.credentials.listOf(id, 10)).to.have.length(1);
      expect((await sweep()).orgs).to.deep.equal(NOTHING);
    });

    it('that can not be are reported in their documents, and hold up no others', async () => {
      const [bad, good] = [await dead('Bad'), await dead('Good')];
      await editor.org(bad, { name: '' });
      sweeper.clock.advance(PROVISIONING_LEASE_MS);
      expect((await sweep()).orgs).to.include({ done: 1, skipped: 1, failed: 0 });
      expect(await sweeper.ports.orgs.read(bad)).to.include({ provisioning: 'failed', provisioningRetryAt: null });
      expect(await sweeper.ports.orgs.find(good)).to.include({ name: 'Good' });
      expect((await sweep()).orgs, 'only an edit helps').to.deep.equal(NOTHING);
    });

    it('that are finished, or nobody has looked at yet, are not touched', async () => {
      await storeOrg(sweeper.ports.orgs, newOrg());
      await editor.org(orgId.generate(), { name: 'Acme' });
      expect((await sweep()).orgs).to.deep.equal(NOTHING);
    });
  });

  describe('secrets', () => {
    async function shown(): Promise<readonly [OrgId, KeyId]> {
      const terms = { name: '', scopes: DEFAULT_SCOPES, expiresAt: null, allowedAddresses: null };
      const order = { orgId: orgId.generate(), environment: 'live', terms, by: BY, shown: true } as const;
      const { record, issued } = await sweeper.issuer.draft(order);
      await sweeper.ports.credentials.create(record);
      return [order.orgId, issued.key];
    }

    it('that nobody has used are gone from the console within 15 minutes, and not before their time', async () => {
      const [id, key] = await shown();
      sweeper.clock.advance(SECRET_SHOWN_MS - 1);
      expect((await sweep()).secrets).to.deep.equal(NOTHING);
      expect(await editor.shownSecret(id, key)).to.be.a('string');
      // The sweep runs each minute.
      sweeper.clock.advance(MINUTE_MS);
      expect(SECRET_SHOWN_MS + MINUTE_MS).to.be.below(15 * MINUTE_MS);
      expect((await sweep()).secrets).to.include({ done: 1, failed: 0 });
      expect(await editor.shownSecret(id, key)).to.equal(undefined);
      expect(await sweeper.ports.credentials.find(key)).to.include({ secretShownUntil: null, status: 'active' });
      expect((await sweep()).secrets).to.deep.equal(NOTHING);
    });

    it('are hidden page by page', async () => {
      const all = [];
      for (let count = 0; count <= SWEEP_PAGE; count += 1) all.push(await shown());
      sweeper.clock.advance(SECRET_SHOWN_MS);
      expect((await sweep()).secrets).to.include({ done: all.length, failed: 0, unfinished: false });
      for (const [id, key] of all) expect(await editor.shownSecret(id, key)).to.equal(undefined);
    });
  });
});
