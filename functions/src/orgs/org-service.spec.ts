import { expect } from 'chai';
import { EDITED_BY, OrgDesk } from '../../test/support/org-desk.js';
import { BY } from '../../test/support/records.js';
import { MODES } from '../../test/support/registry.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { TenantSetupError } from '../identity/tenant-directory.js';
import { type OrgId, orgId } from './org-id.js';
import { PROVISIONING_LEASE_MS } from './org-policy.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';

describe('OrgService', () => {
  let desk: OrgDesk;
  beforeEach(() => {
    desk = new OrgDesk();
  });

  const parallel = (count: number, work: () => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, () => work()));
  const statusOf = async (id: OrgId) => (await desk.orgs.find(id))?.status;

  describe('create', () => {
    it('makes an org whose secret is in the answer and nowhere else', async () => {
      const made = await desk.service.create({ name: 'Acme', environment: 'test', settings: { codeLength: 8 } }, BY);
      expect(made.org).to.deep.include({
        name: 'Acme',
        status: 'active',
        environment: 'test',
        settings: { ...DEFAULT_ORG_SETTINGS, codeLength: 8 },
      });
      expect(made.credential.key).to.match(/^gh_key_test_/);
      expect(await desk.keysOf(made.org.orgId)).to.deep.equal([made.credential.key]);
      expect(desk.credentials.shown.size).to.equal(0);
      expect(desk.actions()).to.deep.equal(['org.created', 'org.provisioned', 'credential.issued']);
      for (const { actor } of desk.audit.records) expect(actor).to.deep.equal(BY);
    });

    it('refuses what can not be, by field, and makes nothing', async () => {
      const settings = { codeLifetimeSeconds: 86_400, limits: { sends10m: 1_000 } };
      const { details } = await expectCode(desk.service.create({ name: ' ', settings }, BY), 'invalid_request');
      const paths = ['name', 'settings.codeLifetimeSeconds', 'settings.limits'];
      expect(details?.map(({ path }) => path)).to.have.members(paths);
      expect(await desk.orgs.list(10)).to.deep.equal([]);
      expect(desk.tenants.tenants.size).to.equal(0);
    });

    it('says what to do when the project is not set up, and leaves it to the sweep', async () => {
      desk.tenants.create = () => Promise.reject(new TenantSetupError('Turn on multi-tenancy.'));
      const { message } = await expectCode(desk.service.create({ name: 'Acme' }, BY), 'unavailable');
      expect(message).to.equal('Turn on multi-tenancy.');
      const [document] = await desk.orgs.list(10);
      expect(document).to.include({ provisioning: 'failed', provisioningMessage: message });
    });

    for (const index of [0, 1, 2, 3])
      for (const mode of MODES)
        it(`killed ${mode} its call ${index}, is finished after the lease, once`, async () => {
          desk.faults.killAt(index, mode);
          await rejection(desk.create());
          desk.faults.clear();
          desk.clock.advance(PROVISIONING_LEASE_MS);
          const documents = await desk.orgs.list(10);
          expect(documents).to.have.length(index === 0 && mode === 'before' ? 0 : 1);
          for (const { orgId: id } of documents) await expectFinished(id);
        });

    async function expectFinished(id: OrgId): Promise<void> {
      const isFinished = (await statusOf(id)) === 'active';
      await desk.settle(id);
      expect(await statusOf(id)).to.equal('active');
      expect(await desk.keysOf(id)).to.have.length(1);
      expect(desk.tenants.tenants.size).to.equal(1);
      // Nobody has been answered with its secret.
      expect(desk.credentials.shown.size).to.equal(isFinished ? 0 : 1);
    }
  });

  describe('settle', () => {
    it('brings in force what was edited, once, however often it is told', async () => {
      const id = await desk.provisioned();
      desk.orgs.edit(id, { name: 'Globex', settings: { codeLength: 8 } });
      for (let count = 0; count < 3; count += 1) await desk.settle(id);
      const { inForce, problems } = await desk.read(id);
      expect(inForce).to.deep.include({ name: 'Globex', settings: { ...DEFAULT_ORG_SETTINGS, codeLength: 8 } });
      expect(problems).to.deep.equal({});
      expect(desk.actions()).to.deep.equal(['org.renamed', 'org.settings_changed']);
      for (const { actor, target, details } of desk.audit.records)
        expect({ actor, target, details }).to.deep.equal({
          actor: EDITED_BY,
          target: { kind: 'org', id },
          details: {},
        });
    });

    it('told ten times at once, does it once', async () => {
      const id = await desk.provisioned();
      desk.orgs.edit(id, { status: 'suspended' });
      await parallel(10, () => desk.settle(id));
      expect(desk.actions()).to.deep.equal(['org.suspended']);
      expect(await statusOf(id)).to.equal('suspended');
    });

    it('goes by the document, not by the order in which edits are told', async () => {
      const id = await desk.provisioned();
      await desk.edit(id, { status: 'suspended' });
      await desk.edit(id, { status: 'active' });
      // Late, and about the suspension.
      await desk.settle(id);
      expect(await statusOf(id)).to.equal('active');
      expect(desk.actions()).to.deep.equal(['org.suspended', 'org.resumed']);
    });

    it('ends sessions with a suspension, and keeps them ended', async () => {
      const id = await desk.provisioned();
      const validFrom = async () => (await desk.orgs.find(id))?.sessionsValidFrom;
      const suspendedAt = new Date(desk.clock.now());
      await desk.edit(id, { status: 'suspended' });
      desk.clock.advance(1_000);
      await desk.settle(id);
      expect(await validFrom()).to.deep.equal(suspendedAt);
      const resumedAt = new Date(desk.clock.now());
      await desk.edit(id, { status: 'active' });
      expect(await validFrom()).to.deep.equal(resumedAt);
      desk.clock.advance(1_000);
      await desk.edit(id, { name: 'Globex' });
      expect(await validFrom()).to.deep.equal(resumedAt);
    });

    it('reports a bad value, keeps the last good one in force, and forgets the report once it is fixed', async () => {
      const id = await desk.provisioned();
      const settings = { codeLength: 99, passwordMinLength: 12 };
      await desk.edit(id, { settings });
      const { inForce, problems, written } = await desk.read(id);
      expect(problems).to.have.all.keys('settings.codeLength');
      expect(inForce?.settings).to.deep.equal({ ...DEFAULT_ORG_SETTINGS, passwordMinLength: 12 });
      expect(written.settings, 'what the admin wrote stays to be mended').to.deep.equal(settings);
      await desk.edit(id, { settings: { ...settings, codeLength: 10 } });
      expect((await desk.read(id)).problems).to.deep.equal({});
      expect((await desk.orgs.find(id))?.settings.codeLength).to.equal(10);
    });

    it('fails closed on a status that is none, before anybody has looked at it, and after', async () => {
      const id = await desk.provisioned();
      desk.orgs.edit(id, { status: 'of' });
      expect(await statusOf(id)).to.equal('suspended');
      await desk.settle(id);
      expect(await statusOf(id)).to.equal('suspended');
      expect((await desk.read(id)).inForce?.status).to.equal('suspended');
      expect((await desk.read(id)).problems).to.have.all.keys('status');
      await desk.edit(id, { status: 'active' });
      expect(await statusOf(id)).to.equal('active');
      expect((await desk.read(id)).problems).to.deep.equal({});
    });

    it('never brings a revoked org back', async () => {
      const id = await desk.provisioned();
      await desk.edit(id, { status: 'revoked' });
      for (const status of ['active', 'suspended', undefined, 'x']) {
        await desk.edit(id, { status });
        expect(await statusOf(id), String(status)).to.equal('revoked');
        expect((await desk.read(id)).problems['status']).to.match(/stays revoked/);
      }
      await desk.edit(id, { status: 'revoked' });
      expect((await desk.read(id)).problems).to.deep.equal({});
      expect(desk.actions()).to.deep.equal(['org.revoked']);
    });

    /** As somebody who edits what the service writes about the provisioning. */
    const editProvisioning = async (id: OrgId, fields: Readonly<Record<string, unknown>>) =>
      desk.orgs.change(await desk.read(id), fields);

    it('provisions no org twice, whatever somebody has made of its provisioning', async () => {
      const due = new Date(desk.clock.now());
      for (const fields of [{ provisioning: 'again' }, { provisioning: null }, { provisioningRetryAt: due }]) {
        desk = new OrgDesk();
        const id = await desk.provisioned();
        await desk.edit(id, { status: 'revoked' });
        await editProvisioning(id, { ...fields, written: { status: 'active' } });
        for (const document of await desk.orgs.findDue(due, 10))
          await desk.provisioner.run(document, BY, { shown: true });
        await desk.settle(id);
        const { provisioning, provisioningRetryAt, inForce, sessionsValidFrom } = await desk.read(id);
        expect([provisioning, provisioningRetryAt, inForce?.status]).to.deep.equal(['done', null, 'revoked']);
        expect(sessionsValidFrom).to.deep.equal(new Date(desk.clock.now()));
        expect(await desk.keysOf(id)).to.have.length(1);
        expect(desk.actions()).to.deep.equal(['org.revoked']);
      }
    });

    it('is nothing for a document that is gone', async () => {
      await desk.settle(orgId.generate());
      expect(desk.actions()).to.deep.equal([]);
    });
  });
});
