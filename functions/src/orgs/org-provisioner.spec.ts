import { expect } from 'chai';
import type { FaultMode } from '../../test/support/fault-plan.js';
import { EDITED_BY, OrgDesk } from '../../test/support/org-desk.js';
import { BY } from '../../test/support/records.js';
import { MODES } from '../../test/support/registry.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { PROVISIONING_LEASE_MS } from './org-policy.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';

/** What provisioning of a new document calls, in order, when all goes well. */
const CALLS = ['orgs.read', 'orgs.change', 'tenants.findOf', 'tenants.create', 'orgs.change'];

describe('OrgProvisioner', () => {
  let desk: OrgDesk;
  beforeEach(() => {
    desk = new OrgDesk();
  });

  it('makes an org of a document with a name: tenant, defaults, first credential', async () => {
    const id = desk.add();
    await desk.settle(id);
    await desk.expectWhole(id);
    expect(desk.faults.calls).to.deep.equal(CALLS);
    const { written, createdAt } = await desk.read(id);
    const all = { name: 'Acme', status: 'active', environment: 'live', settings: DEFAULT_ORG_SETTINGS };
    expect(written).to.deep.equal(all);
    expect(createdAt).to.deep.equal(new Date(desk.clock.now()));
    for (const { actor } of desk.audit.records) expect(actor).to.deep.equal(EDITED_BY);
  });

  it('shows the first secret in the console, when it was added there', async () => {
    const id = desk.add();
    await desk.settle(id);
    const [key] = await desk.keysOf(id);
    expect([...desk.credentials.shown.keys()]).to.deep.equal([key]);
  });

  it('issues a test credential to a test org', async () => {
    const id = desk.add({ name: 'Acme', environment: 'test' });
    await desk.settle(id);
    expect((await desk.keysOf(id))[0]).to.match(/^gh_key_test_/);
    expect((await desk.orgs.find(id))?.environment).to.equal('test');
  });

  describe('told twice', () => {
    it('one after the other, makes nothing twice', async () => {
      const id = desk.add();
      for (let count = 0; count < 3; count += 1) await desk.settle(id);
      await desk.expectWhole(id);
    });

    it('ten times at once, makes nothing twice', async () => {
      const id = desk.add();
      await Promise.all(Array.from({ length: 10 }, () => desk.settle(id)));
      await desk.expectWhole(id);
    });

    it('about a document that is gone, makes nothing', async () => {
      const id = desk.add();
      const document = await desk.read(id);
      await desk.orgs.remove(document, []);
      await desk.settle(id);
      expect(await desk.provisioner.run(document, BY, { shown: true })).to.equal(null);
      expect(desk.tenants.tenants.size).to.equal(0);
      expect(desk.actions()).to.deep.equal([]);
    });
  });

  describe('killed', () => {
    for (const [index, call] of CALLS.entries())
      for (const mode of MODES)
        it(`${mode} ${index}, ${call}: whoever comes after the lease finishes it, once`, async () => {
          const id = desk.add();
          desk.faults.killAt(index, mode);
          await rejection(desk.settle(id));
          desk.faults.clear();
          desk.clock.advance(PROVISIONING_LEASE_MS);
          await Promise.all([desk.settle(id), desk.settle(id)]);
          await desk.settle(id);
          await desk.expectWhole(id);
        });

    /** On a desk of its own, twice, and then not any more. */
    async function killTwice(steps: readonly number[], mode: FaultMode): Promise<void> {
      desk = new OrgDesk();
      const id = desk.add();
      for (const step of steps) {
        desk.faults.killAt(step, mode);
        await desk.settle(id).catch(() => {});
        desk.faults.clear();
        desk.clock.advance(PROVISIONING_LEASE_MS);
      }
      await desk.settle(id);
      await desk.expectWhole(id);
    }

    it('at any two steps, one after the other, makes one org', async () => {
      for (const first of CALLS.keys())
        for (const second of CALLS.keys()) for (const mode of MODES) await killTwice([first, second], mode);
    });

    it('is not taken over before its lease is over', async () => {
      const id = desk.add();
      desk.faults.killAt(3, 'before');
      await expectCode(desk.settle(id), 'unavailable');
      desk.faults.clear();
      desk.clock.advance(PROVISIONING_LEASE_MS - 1);
      await desk.settle(id);
      expect(desk.tenants.tenants.size).to.equal(0);
      expect((await desk.orgs.findDue(new Date(desk.clock.now()), 10)).length).to.equal(0);
      desk.clock.advance(1);
      expect((await desk.orgs.findDue(new Date(desk.clock.now()), 10)).length).to.equal(1);
      await desk.settle(id);
      await desk.expectWhole(id);
    });

    it('and back late, issues nothing beside whoever has taken it over', async () => {
      const id = desk.add();
      // While its tenant is being made, the lease ends and somebody else does it all.
      desk.faults.interruptAt(3, async () => {
        desk.clock.advance(PROVISIONING_LEASE_MS);
        await desk.settle(id);
      });
      await desk.settle(id);
      expect(await desk.keysOf(id)).to.have.length(1);
      expect(desk.actions().sort()).to.deep.equal(['credential.issued', 'org.created', 'org.provisioned']);
      expect((await desk.orgs.find(id))?.tenantId).to.be.oneOf([...desk.tenants.tenants.keys()]);
    });
  });
});
