import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { appId } from '../../apps/app-id.js';
import type { OrgId } from '../../orgs/org-id.js';

interface Made {
  readonly appId: string;
  readonly apiKey: string;
}

describe('admin apps', () => {
  let desk: AdminDesk;
  let orgId: OrgId;
  beforeEach(async () => {
    desk = new AdminDesk();
    ({ orgId } = await desk.org());
  });

  const create = () => desk.json<Made>('apps', 'create', orgId, 'Web', '--origin', 'https://app.acme.example');

  it('makes an app, its key printed once and nowhere else', async () => {
    const origins = ['--origin', 'https://a.example', '--origin', 'https://b.example,https://c.example'];
    const records = await desk.audited(async () => {
      const out = await desk.done('apps', 'create', orgId, 'Acme web', ...origins);
      expect(out).to.match(
        /^Made the app\.\n\nApp id +app_\S{22}\nAPI key +gh_app_\S+\n\nThe API key can't be shown again/,
      );
    });
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({ action: 'app.created', orgId, actor: ACTOR });
    expect(JSON.stringify(records)).to.not.contain('gh_app_');
    const listed = await desk.done('apps', 'list', orgId);
    expect(listed).to.match(
      /^APP ID +NAME +STATUS +ORIGINS +CREATED\napp_\S+ +Acme web +active +https:\/\/a\.example https:\/\/b\.example https:\/\/c\.example +2026/,
    );
    expect(listed).to.not.contain('gh_app_');
    const [only] = await desk.json<object[]>('apps', 'list', orgId);
    expect(only).to.have.all.keys('appId', 'orgId', 'name', 'status', 'origins', 'oldKeyWorksUntil', 'createdAt');
  });

  it('says what is wrong with an origin', async () => {
    const run = await desk.run('apps', 'create', orgId, 'Web', '--origin', 'https://app.acme.example/login');
    expectRefusal(run, 1, /origins\.0: Must be an origin as browsers send it/);
    expect(await desk.done('apps', 'list', orgId)).to.equal('The org has no apps.\n');
  });

  it('rotates a key: the old one works on, unless it is to end at once, which is confirmed', async () => {
    const app = await create();
    const records = await desk.audited(async () => {
      expect(await desk.done('apps', 'rotate', app.appId)).to.contain('The old key works for 7 more days.');
    });
    expect(records.map(({ action, actor }) => ({ action, actor }))).to.deep.equal([
      { action: 'app.rotated', actor: ACTOR },
    ]);
    const [listed] = await desk.json<Record<string, unknown>[]>('apps', 'list', orgId);
    expect(listed?.['oldKeyWorksUntil']).to.equal('2026-01-22T12:00:00.000Z');
    desk.answer = false;
    expectRefusal(await desk.run('apps', 'rotate', app.appId, '--grace', '0'), 1, /Nothing was done/);
    expect(await desk.json('apps', 'rotate', app.appId, '--grace', '0', '--yes')).to.include({
      appId: app.appId,
      graceDays: 0,
    });
    expectRefusal(await desk.run('apps', 'rotate', app.appId, '--grace', '31'), 2, /from 0 to 30/);
  });

  it('prints no key into a file, unless that is meant', async () => {
    const app = await create();
    desk.isOutSeen = false;
    const records = await desk.audited(async () => {
      expectRefusal(await desk.run('apps', 'create', orgId, 'Web'), 1, /no terminal/);
      expectRefusal(await desk.run('apps', 'rotate', app.appId), 1, /no terminal/);
    });
    expect(records).to.deep.equal([]);
    expect(await desk.done('apps', 'create', orgId, 'Web', '--show-secret')).to.contain('gh_app_');
  });

  it('revokes when that is confirmed, once', async () => {
    const app = await create();
    desk.canAsk = false;
    expectRefusal(await desk.run('apps', 'revoke', app.appId), 1, /Give --yes/);
    const records = await desk.audited(async () => {
      await desk.done('apps', 'revoke', app.appId, '--yes');
      await desk.done('apps', 'revoke', app.appId, '--yes');
    });
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({ action: 'app.revoked', target: { kind: 'app', id: app.appId }, actor: ACTOR });
    expectRefusal(await desk.run('apps', 'rotate', app.appId), 1, /It is revoked\. Create another app\.\n$/);
    expectRefusal(await desk.run('apps', 'revoke', appId.generate(), '--yes'), 1, /There is no app of this id/);
  });
});
