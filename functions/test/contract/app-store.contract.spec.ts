import { expect } from 'chai';
import { appId } from '../../src/apps/app-id.js';
import type { AppRecord } from '../../src/apps/app-record.js';
import type { AppStore } from '../../src/apps/app-store.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newAudit } from '../support/records.js';

const AT = new Date('2026-01-01T12:00:00.123Z');

function newApp(change: Partial<AppRecord> = {}): Omit<AppRecord, 'version'> {
  return {
    appId: appId.generate(),
    orgId: orgId.generate(),
    name: 'Söhne 🦄',
    status: 'active',
    keyHash: 'aGFzaA',
    previousKey: null,
    origins: ['https://app.example.com', 'http://localhost:3000'],
    createdAt: AT,
    ...change,
  };
}

describeContract('AppStore', (ports) => {
  let store: AppStore;
  before(() => {
    store = ports().apps;
  });

  async function read(app: Pick<AppRecord, 'appId'>): Promise<AppRecord> {
    const found = await store.find(app.appId);
    if (found === null) throw new Error('there is no such app');
    return found;
  }

  async function auditOf(id: OrgId): Promise<string[]> {
    return (await ports().audit.latest(10, id)).map((record) => record.id);
  }

  it('finds none that was not created', async () => {
    expect(await store.find(appId.generate())).to.equal(null);
  });

  it('gives an app back as it was created', async () => {
    const rotated = { keyHash: 'b2xk', expiresAt: AT };
    for (const app of [newApp(), newApp({ status: 'revoked', previousKey: rotated, origins: [] })]) {
      await store.create(app);
      const { version, ...found } = await read(app);
      expect(found).to.deep.equal(app);
      expect(version).to.be.a('string').and.not.equal('');
    }
  });

  it('lists the apps of one org in pages, in the order of their ids', async () => {
    const id = orgId.generate();
    const apps = times(5, () => newApp({ orgId: id }));
    for (const app of [...apps, newApp()]) await store.create(app);
    const ids = apps.map((app) => app.appId).sort();
    const first = await store.listOf(id, 3);
    expect(first.map((app) => app.appId)).to.deep.equal(ids.slice(0, 3));
    expect(first[0]).to.deep.equal(await read(first[0] as AppRecord));
    const second = await store.listOf(id, 3, ids[2]);
    expect(second.map((app) => app.appId)).to.deep.equal(ids.slice(3));
    expect(await store.listOf(id, 3, ids[4])).to.deep.equal([]);
  });

  it('gives the ids of one org’s apps, as many as are asked for', async () => {
    const id = orgId.generate();
    const apps = times(5, () => newApp({ orgId: id }));
    for (const app of [...apps, newApp()]) await store.create(app);
    expect(await store.idsOf(id, 10)).to.have.members(apps.map((app) => app.appId));
    expect(await store.idsOf(id, 3)).to.have.length(3);
    expect(await store.idsOf(orgId.generate(), 3)).to.deep.equal([]);
  });

  it('changes what is named, of one app, and answers its version', async () => {
    const [one, other] = [newApp(), newApp()];
    for (const app of [one, other]) await store.create(app);
    const before = await read(one);
    const change = { keyHash: 'bmV3', previousKey: { keyHash: one.keyHash, expiresAt: AT } };
    const version = await store.change(before, change);
    expect(version).not.to.be.oneOf([null, before.version]);
    expect(await read(one)).to.deep.equal({ ...one, ...change, version });
    expect(await read(other)).to.deep.include(other);
  });

  it('changes nothing that has changed since it was read, or is gone', async () => {
    const app = newApp();
    await store.create(app);
    const before = await read(app);
    const version = await store.change(before, { status: 'revoked' });
    expect(await store.change(before, { keyHash: 'late' })).to.equal(null);
    expect(await read(app)).to.deep.equal({ ...app, status: 'revoked', version });
    await store.remove(app.appId);
    expect(await store.change({ ...before, version: version ?? '' }, { keyHash: 'late' })).to.equal(null);
    expect(await store.find(app.appId)).to.equal(null);
  });

  it('lets one of ten parallel changes through, with its audit record alone', async () => {
    const app = newApp();
    await store.create(app);
    const before = await read(app);
    const results = await Promise.all(
      times(10, (n) => store.change(before, { keyHash: `key ${n}` }, [newAudit(app.orgId)])),
    );
    const winners = results.filter((version) => version !== null);
    expect(winners).to.have.length(1);
    expect((await read(app)).keyHash).to.equal(`key ${results.findIndex((version) => version !== null)}`);
    expect(await auditOf(app.orgId)).to.have.length(1);
  });

  it('writes what is told of a creation and of a change', async () => {
    const app = newApp();
    const [created, changed] = [newAudit(app.orgId), newAudit(app.orgId)];
    await store.create(app, [created]);
    await store.change(await read(app), { status: 'revoked' }, [changed]);
    expect(await auditOf(app.orgId)).to.have.members([created.id, changed.id]);
  });

  it('removes one app, also when it is gone', async () => {
    const [one, other] = [newApp(), newApp()];
    for (const app of [one, other]) await store.create(app);
    for (const _ of times(2, (n) => n)) await store.remove(one.appId);
    expect(await store.find(one.appId)).to.equal(null);
    expect(await store.find(other.appId)).not.to.equal(null);
  });
});
