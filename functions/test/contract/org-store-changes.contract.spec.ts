import { expect } from 'chai';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import type { OrgRecord } from '../../src/orgs/org-record.js';
import { DEFAULT_ORG_SETTINGS } from '../../src/orgs/org-settings.js';
import type { OrgStore } from '../../src/orgs/org-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { type DocumentEditor, documentEditor } from '../support/document-editor.js';
import { newAudit, newCredential, newOrg } from '../support/records.js';
import { readOrg, storedOrg } from '../support/stored-documents.js';
import { expectCode } from '../support/unit-fixtures.js';

const AT = new Date('2026-01-01T12:00:00.123Z');

describeContract('OrgStore, changes', (ports) => {
  let store: OrgStore;
  let editor: DocumentEditor;
  before(() => {
    store = ports().orgs;
    editor = documentEditor(ports());
  });
  after(() => editor.close());

  const stored = (org?: OrgRecord) => storedOrg(store, org);
  const read = (id: OrgId) => readOrg(store, id);

  const auditsOf = (id: OrgId) => ports().audit.latest(100, id);

  describe('create', () => {
    it('refuses an id that is there, keeps what is, and writes no record', async () => {
      const org = newOrg();
      const before = await stored(org);
      const again = store.create(org.orgId, { written: { name: 'Another' } }, [newAudit(org.orgId)]);
      await expectCode(again, 'already_exists');
      expect(await read(org.orgId)).to.deep.equal(before);
      expect(await auditsOf(org.orgId)).to.deep.equal([]);
    });

    it('lets one of 20 parallel creations through, and its record alone', async () => {
      const id = orgId.generate();
      const tries = times(20, (n) => ({ name: `Org ${n}`, audit: newAudit(id) }));
      const results = await Promise.allSettled(
        tries.map(({ name, audit }) => store.create(id, { written: { name } }, [audit])),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const winner = tries[results.findIndex(({ status }) => status === 'fulfilled')];
      expect((await read(id)).written.name).to.equal(winner?.name);
      expect(await auditsOf(id)).to.deep.equal([winner?.audit]);
    });

    it('answers the version, with which the document can be changed', async () => {
      const id = orgId.generate();
      const version = await store.create(id, { written: { name: 'Acme' } }, []);
      expect(version).to.equal((await read(id)).version);
      expect(await store.change({ orgId: id, version }, { provisioning: 'running' })).to.be.a('string');
    });
  });

  describe('change', () => {
    it('sets what it is given, and of what was written only that', async () => {
      const before = await stored();
      const fields = { problems: { name: 'Too long.' }, sessionsValidFrom: AT, written: { status: 'suspended' } };
      const version = await store.change(before, fields);
      const after = await read(before.orgId);
      const written = { ...before.written, status: 'suspended' };
      expect(after).to.deep.equal({ ...before, ...fields, written, version });
      expect(version).not.to.equal(before.version);
    });

    it('replaces what is in force and the problems as a whole', async () => {
      const before = await stored();
      const inForce = { name: 'B', status: 'active', environment: 'live', settings: DEFAULT_ORG_SETTINGS } as const;
      const first = await store.change(before, { problems: { name: 'Too long.', status: 'Not one.' } });
      await store.change({ ...before, version: first ?? '' }, { inForce, problems: { status: 'Not one.' } });
      const after = await read(before.orgId);
      expect([after.inForce, after.problems]).to.deep.equal([inForce, { status: 'Not one.' }]);
    });

    it('lets one of 20 with the same version through, and what belongs to it', async () => {
      const document = await stored();
      const tries = times(20, (n) => ({
        written: { name: `Org ${n}` },
        audit: newAudit(document.orgId),
        credential: newCredential({ orgId: document.orgId }),
      }));
      const results = await Promise.allSettled(
        tries.map(({ written, audit, credential }) =>
          store.change(document, { written }, { audit: [audit], issued: { credential, shown: null } }),
        ),
      );
      const won = results.map((result) => result.status === 'fulfilled' && result.value !== null);
      expect(won.filter(Boolean)).to.have.length(1);
      const winner = tries[won.indexOf(true)];
      expect((await read(document.orgId)).written.name).to.equal(winner?.written.name);
      expect(await auditsOf(document.orgId)).to.deep.equal([winner?.audit]);
      const issued = await ports().credentials.listOf(document.orgId, 100);
      expect(issued.map(({ keyId }) => keyId)).to.deep.equal([winner?.credential.keyId]);
    });

    it('does nothing with an old version, or to an org that is gone', async () => {
      const before = await stored();
      const also = () => ({
        audit: [newAudit(before.orgId)],
        issued: { credential: newCredential({ orgId: before.orgId }), shown: null },
      });
      await editor.org(before.orgId, { name: 'Edited' });
      expect(await store.change(before, { provisioning: 'failed' }, also())).to.equal(null);
      const edited = await read(before.orgId);
      expect([edited.provisioning, edited.written.name]).to.deep.equal(['done', 'Edited']);
      expect(await store.remove(before, [newAudit(before.orgId)])).to.equal(false);
      expect(await store.remove(edited, [])).to.equal(true);
      expect(await store.change(edited, { provisioning: 'failed' }, also())).to.equal(null);
      expect(await store.read(before.orgId)).to.equal(null);
      expect(await auditsOf(before.orgId)).to.deep.equal([]);
      expect(await ports().credentials.listOf(before.orgId, 100)).to.deep.equal([]);
    });

    it('issues a credential with it, and shows its secret', async () => {
      const document = await stored();
      const credential = newCredential({ orgId: document.orgId, secretShownUntil: AT });
      const shown = { secret: 'gh_secret_live_x' as never, until: AT };
      await store.change(document, { provisioning: 'done' }, { issued: { credential, shown } });
      const { version: _, ...found } = (await ports().credentials.find(credential.keyId)) ?? { version: '' };
      expect(found).to.deep.equal(credential);
      expect(await editor.shownSecret(document.orgId, credential.keyId)).to.equal(shown.secret);
    });
  });

  describe('remove', () => {
    it('removes the document and keeps its records', async () => {
      const [document, audit] = [await stored(), newAudit(orgId.generate())];
      const record = { ...audit, orgId: document.orgId };
      expect(await store.remove(document, [record])).to.equal(true);
      expect(await store.find(document.orgId)).to.equal(null);
      expect(await auditsOf(document.orgId)).to.deep.equal([record]);
    });

    it('does nothing with an old version, or to an org that is gone', async () => {
      const before = await stored();
      await editor.org(before.orgId, { name: 'Edited' });
      expect(await store.remove(before, [newAudit(before.orgId)])).to.equal(false);
      expect((await read(before.orgId)).written.name).to.equal('Edited');
      expect(await store.remove(await read(before.orgId), [])).to.equal(true);
      expect(await store.remove(before, [newAudit(before.orgId)])).to.equal(false);
      expect(await auditsOf(before.orgId)).to.deep.equal([]);
    });

    it('is done by one of 20 at once, and so is its record', async () => {
      const document = await stored();
      const results = await Promise.allSettled(times(20, () => store.remove(document, [newAudit(document.orgId)])));
      const won = results.filter((result) => result.status === 'fulfilled' && result.value);
      expect(won).to.have.length(1);
      expect(await auditsOf(document.orgId)).to.have.length(1);
    });
  });
});
