import { expect } from 'chai';
import { AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { orgId } from '../../orgs/org-id.js';

describe('admin orgs delete', () => {
  let desk: AdminDesk;
  beforeEach(() => {
    desk = new AdminDesk();
  });

  it('wants the name of the org typed', async () => {
    const { orgId: id } = await desk.org('Acme');
    desk.answer = 'acme';
    const run = await desk.run('orgs', 'delete', id);
    expectRefusal(run, 1, /not its name\. Nothing was done/);
    expect(run.question).to.contain('Acme').and.contain('Type its name');
    expect((await desk.services.orgs.get(id)).inForce?.status).to.equal('active');
    desk.answer = ' Acme ';
    expect(await desk.done('orgs', 'delete', id)).to.equal('The org Acme is deleted.\n');
    expect(await desk.json('orgs', 'list')).to.deep.equal([]);
  });

  it('tells of its progress to people alone, and leaves a record of its begin and its end', async () => {
    const { orgId: id } = await desk.org();
    for (let count = 0; count < 3; count += 1) await desk.user(id);
    const records = await desk.audited(async () => {
      const { err } = await desk.run('orgs', 'delete', id, '--yes');
      expect(err).to.contain('users: 3 deleted\n').and.contain('org: 1 deleted\n');
    });
    expect(records.map(({ action }) => action).sort()).to.deep.equal(['org.deleted', 'org.deletion_begun']);
    const { orgId: other } = await desk.org();
    await desk.user(other);
    const done = await desk.json<Record<string, unknown>>('orgs', 'delete', other, '--yes');
    expect(done['deleted']).to.deep.include({ users: 1, credentials: 1, org: 1 });
  });

  it('goes on when it is run again, and says that there is nothing left', async () => {
    const { orgId: id } = await desk.org();
    const remove = desk.ports.credentials.remove.bind(desk.ports.credentials);
    desk.ports.credentials.remove = async () => Promise.reject(new TypeError('cut off'));
    const cut = await desk.run('orgs', 'delete', id, '--yes', '--project', 'acme-live');
    expect(cut.code).to.equal(1);
    expect(cut.err).to.contain(`To go on: npm run admin -- orgs delete ${id} --project acme-live\n`);
    desk.ports.credentials.remove = remove;
    await desk.done('orgs', 'delete', id, '--yes');
    expect(await desk.done('orgs', 'delete', id, '--yes')).to.equal(`The org ${id} was deleted before.\n`);
    expectRefusal(await desk.run('orgs', 'delete', orgId.generate(), '--yes'), 1, /There is no org of this id/);
  });
});
