import { expect } from 'chai';
import { OrgDesk } from '../../test/support/org-desk.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { TenantSetupError } from '../identity/tenant-directory.js';
import type { OrgId } from './org-id.js';
import { PROVISIONING_LEASE_MS, SETUP_RETRY_MS } from './org-policy.js';

describe('OrgProvisioner, of what does not go well', () => {
  let desk: OrgDesk;
  beforeEach(() => {
    desk = new OrgDesk();
  });

  describe('when a backend is down', () => {
    it('says so in the document, and that it is tried again', async () => {
      const id = desk.add();
      desk.faults.failCalls({ 3: 'before' });
      await expectCode(desk.settle(id), 'unavailable');
      const { provisioning, provisioningMessage } = await desk.read(id);
      expect([provisioning, provisioningMessage?.includes('tried again')]).to.deep.equal(['running', true]);
      desk.faults.clear();
      desk.clock.advance(PROVISIONING_LEASE_MS);
      await desk.settle(id);
      await desk.expectWhole(id);
    });
  });

  describe('when the project is not set up', () => {
    const create = (work: () => Promise<string>) => {
      desk.tenants.create = work;
    };
    const made = () => desk.tenants.create.bind(desk.tenants);

    it('says what to do, and tries again after five minutes', async () => {
      const original = made();
      create(() => Promise.reject(new TenantSetupError('Turn on multi-tenancy.')));
      const id = desk.add();
      await desk.settle(id);
      expect(await desk.read(id)).to.include({
        provisioning: 'failed',
        provisioningMessage: 'Turn on multi-tenancy.',
      });
      desk.tenants.create = original;
      desk.clock.advance(SETUP_RETRY_MS - 1);
      await desk.settle(id);
      expect((await desk.read(id)).provisioning).to.equal('failed');
      desk.clock.advance(1);
      const due = await desk.orgs.findDue(new Date(desk.clock.now()), 10);
      expect(due.map(({ orgId }) => orgId)).to.deep.equal([id]);
      await desk.settle(id);
      await desk.expectWhole(id);
    });

    it('tries again at once when it is asked to, by any word that is not one of its own', async () => {
      const original = made();
      create(() => Promise.reject(new TenantSetupError('Turn on multi-tenancy.')));
      const id = desk.add();
      await desk.settle(id);
      desk.tenants.create = original;
      await desk.orgs.change(await desk.read(id), { provisioning: 'retry' as 'failed' });
      await desk.settle(id);
      await desk.expectWhole(id);
    });

    it('lets no bug pass for it', async () => {
      create(() => Promise.reject(new TypeError('a bug of ours')));
      const id = desk.add();
      expect(await rejection(desk.settle(id))).to.be.instanceOf(TypeError);
    });
  });

  describe('of a document that can not be', () => {
    it('says what to fix and makes nothing; fixed, it is made', async () => {
      const id = desk.add({ name: '', settings: { codeLength: 99 } });
      await desk.settle(id);
      const { provisioning, provisioningMessage, provisioningRetryAt, problems } = await desk.read(id);
      expect([provisioning, provisioningRetryAt]).to.deep.equal(['failed', null]);
      expect(problems).to.have.all.keys('name', 'settings.codeLength');
      for (const text of ['name: Must', 'settings.codeLength: Must']) expect(provisioningMessage).to.include(text);
      expect(desk.tenants.tenants.size).to.equal(0);
      await desk.edit(id, { name: 'Acme' });
      expect((await desk.read(id)).problems).to.have.all.keys('settings.codeLength');
      await desk.edit(id, { settings: {} });
      await desk.expectWhole(id);
    });

    it('writes the same report once: its own write brings an event as well', async () => {
      const id = desk.add({ name: '' });
      await desk.settle(id);
      const { version } = await desk.read(id);
      await desk.settle(id);
      expect((await desk.read(id)).version).to.equal(version);
    });

    it('refuses an id that can be none, whatever else it says', async () => {
      for (const id of ['main', 'a', 'a b c', '__x__'] as OrgId[]) {
        desk.add({ name: 'Acme' }, id);
        await desk.settle(id);
        const { provisioning, problems } = await desk.read(id);
        expect([provisioning, Object.keys(problems)]).to.deep.equal(['failed', ['id']]);
      }
      expect(desk.tenants.tenants.size).to.equal(0);
    });
  });

  describe('edited meanwhile', () => {
    const editDuring = (index: number, id: OrgId, fields: Readonly<Record<string, unknown>>) =>
      desk.faults.interruptAt(index, async () => desk.orgs.edit(id, fields));

    for (const index of [0, 1, 2, 3, 4])
      it(`before call ${index}: goes by the edit`, async () => {
        const id = desk.add();
        editDuring(index, id, { name: 'Globex' });
        await desk.settle(id);
        // An edit before the claim is left to whoever is told of it.
        await desk.settle(id);
        await desk.expectWhole(id, 'Globex');
      });

    it('to what can not be: says so, makes no org of it, and none twice once it is fixed', async () => {
      const id = desk.add();
      editDuring(4, id, { name: '' });
      await desk.settle(id);
      expect(await desk.orgs.find(id)).to.equal(null);
      const { provisioning, problems, written } = await desk.read(id);
      expect([provisioning, Object.keys(problems), written.name]).to.deep.equal(['failed', ['name'], '']);
      expect(await desk.keysOf(id)).to.deep.equal([]);
      await desk.edit(id, { name: 'Acme' });
      await desk.expectWhole(id);
    });

    it('again and again, gives up in the end, and is finished later', async () => {
      const id = desk.add();
      const change = desk.orgs.change.bind(desk.orgs);
      let edits = 0;
      desk.orgs.change = (read, fields, also) => {
        if (fields.provisioning === 'done') {
          edits += 1;
          desk.orgs.edit(id, { name: `Acme ${edits}` });
        }
        return change(read, fields, also);
      };
      await expectCode(desk.settle(id), 'request_in_progress');
      expect(await desk.keysOf(id)).to.deep.equal([]);
      desk.orgs.change = change;
      desk.clock.advance(PROVISIONING_LEASE_MS);
      await desk.settle(id);
      await desk.expectWhole(id, `Acme ${edits}`);
    });
  });

  it('throws what it can not explain, and not what a lost note is', async () => {
    const id = desk.add();
    const change = desk.orgs.change.bind(desk.orgs);
    desk.tenants.findOf = () => Promise.reject(new UnavailableError());
    desk.orgs.change = (read, fields, also) =>
      fields.provisioningMessage ? Promise.reject(new UnavailableError()) : change(read, fields, also);
    await expectCode(desk.settle(id), 'unavailable');
    expect((await desk.read(id)).provisioning).to.equal('running');
  });
});
