import { expect } from 'chai';
import { OrgDesk } from '../../test/support/org-desk.js';
import { BY } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { type OrgId, orgId } from './org-id.js';
import type { OrgStatus } from './org-record.js';

describe('OrgService, commands', () => {
  let desk: OrgDesk;
  beforeEach(() => {
    desk = new OrgDesk();
  });

  const parallel = (count: number, work: () => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, () => work()));
  const statusOf = async (id: OrgId) => (await desk.orgs.find(id))?.status;

  describe('suspend, resume, revoke', () => {
    const commands: Readonly<Record<OrgStatus, (id: OrgId) => Promise<void>>> = {
      suspended: (id) => desk.service.suspend(id, BY),
      active: (id) => desk.service.resume(id, BY),
      revoked: (id) => desk.service.revoke(id, BY),
    };

    it('hold at once, in the document too, with one record each; twice is no error', async () => {
      const id = await desk.provisioned();
      for (const status of ['suspended', 'active', 'revoked'] as const) {
        for (let count = 0; count < 2; count += 1) await commands[status](id);
        const { written, inForce } = await desk.read(id);
        expect([written.status, inForce?.status, await statusOf(id)]).to.deep.equal([status, status, status]);
      }
      expect(desk.actions()).to.deep.equal(['org.suspended', 'org.resumed', 'org.revoked']);
      await desk.settle(id);
      expect(desk.audit.records, 'its own event').to.have.length(3);
    });

    it('ten at once make one record', async () => {
      const id = await desk.provisioned();
      await parallel(10, () => desk.service.suspend(id, BY));
      expect(desk.actions()).to.deep.equal(['org.suspended']);
    });

    it('at once with each other leave one of the two, whole', async () => {
      const id = await desk.provisioned();
      await parallel(5, () => Promise.all([commands.suspended(id), commands.active(id)]));
      const { written, inForce } = await desk.read(id);
      expect(written.status).to.equal(inForce?.status);
      const last = desk.actions().at(-1);
      expect(last).to.equal(inForce?.status === 'active' ? 'org.resumed' : 'org.suspended');
    });

    it('end the sessions begun before, and resuming revives none', async () => {
      const id = await desk.provisioned();
      const validFrom = async () => (await desk.orgs.find(id))?.sessionsValidFrom;
      await desk.service.suspend(id, BY);
      expect(await validFrom()).to.deep.equal(new Date(desk.clock.now()));
      desk.clock.advance(1_000);
      await desk.service.resume(id, BY);
      // Those too that instances let begin which had not heard of the suspension.
      const resumedAt = new Date(desk.clock.now());
      expect(await validFrom()).to.deep.equal(resumedAt);
      desk.clock.advance(1_000);
      await desk.service.resume(id, BY);
      expect(await validFrom(), 'resumed twice').to.deep.equal(resumedAt);
    });

    it('make one thing of an edit that nobody has looked at yet', async () => {
      const id = await desk.provisioned();
      desk.orgs.edit(id, { status: 'suspended' });
      await desk.service.suspend(id, BY);
      await desk.settle(id);
      expect(desk.actions()).to.deep.equal(['org.suspended']);
      desk.orgs.edit(id, { status: 'revoked' });
      await expectCode(desk.service.resume(id, BY), 'invalid_request');
      expect(await statusOf(id)).to.equal('revoked');
    });

    it('are refused for a revoked org, one that is not provisioned, and none', async () => {
      const revoked = await desk.provisioned();
      await desk.service.revoke(revoked, BY);
      for (const command of [commands.active, commands.suspended])
        await expectCode(command(revoked), 'invalid_request');
      const added = desk.add();
      for (const command of Object.values(commands)) {
        await expectCode(command(added), 'invalid_request');
        await expectCode(command(orgId.generate()), 'not_found');
      }
      expect(await statusOf(revoked)).to.equal('revoked');
    });

    it('give up when the document never stands still', async () => {
      const id = await desk.provisioned();
      desk.orgs.change = async () => null;
      await expectCode(desk.service.suspend(id, BY), 'request_in_progress');
    });
  });

  it('get and list give documents, provisioned or not', async () => {
    const ids = [await desk.provisioned(), desk.add()].sort();
    for (const id of ids) expect((await desk.service.get(id)).orgId).to.equal(id);
    await expectCode(desk.service.get(orgId.generate()), 'not_found');
    expect((await desk.service.list(10)).map((one) => one.orgId)).to.deep.equal(ids);
    expect((await desk.service.list(10, ids[0])).map((one) => one.orgId)).to.deep.equal(ids.slice(1));
  });

  it('settle does it again for an edit that comes in between, and gives up when they do not end', async () => {
    const id = await desk.provisioned();
    desk.orgs.edit(id, { name: 'B' });
    desk.faults.interruptAt(1, async () => desk.orgs.edit(id, { name: 'C' }));
    await desk.settle(id);
    expect((await desk.orgs.find(id))?.name).to.equal('C');
    expect(desk.actions()).to.deep.equal(['org.renamed']);
    desk.orgs.edit(id, { name: 'D' });
    desk.orgs.change = async () => null;
    await expectCode(desk.settle(id), 'request_in_progress');
  });
});
