import { inspect } from 'node:util';
import { expect } from 'chai';
import { FaultPlan } from '../../test/support/fault-plan.js';
import { BY, newOrg, storeOrg } from '../../test/support/records.js';
import { expectCode, INDEX_KEY, ManualClock } from '../../test/support/unit-fixtures.js';
import { memoryPorts } from '../adapters/memory/memory-ports.js';
import { DAY_MS } from '../lib/clock.js';
import { orgId } from '../orgs/org-id.js';
import { appId, hashAppKey } from './app-id.js';
import { AppService } from './app-service.js';

const ORIGINS = ['https://app.example.com'];

describe('AppService', () => {
  const clock = new ManualClock();
  const org = newOrg();
  let ports: ReturnType<typeof memoryPorts>;
  let faults: FaultPlan;
  let service: AppService;
  beforeEach(async () => {
    ports = memoryPorts('demo-gatehouse', clock);
    faults = new FaultPlan();
    await storeOrg(ports.orgs, org);
    service = new AppService({ apps: faults.wrap('apps', ports.apps), orgs: ports.orgs, clock, indexKey: INDEX_KEY });
  });

  async function actions(): Promise<string[]> {
    return (await ports.audit.latest(100)).map(({ action }) => action);
  }

  describe('create', () => {
    it('makes an app whose key is nowhere but in the answer', async () => {
      const { appId: id, apiKey } = await service.create(org.orgId, ' Acme app ', ORIGINS, BY);
      expect(await ports.apps.find(id)).to.deep.include({
        appId: id,
        orgId: org.orgId,
        name: 'Acme app',
        status: 'active',
        keyHash: hashAppKey(INDEX_KEY, apiKey),
        previousKey: null,
        origins: ORIGINS,
        createdAt: new Date(clock.now()),
      });
      expect(inspect(ports, { depth: 10 })).not.to.contain(apiKey);
    });

    it('writes down who did it', async () => {
      const { appId: id } = await service.create(org.orgId, 'App', [], BY);
      const [record] = await ports.audit.latest(100);
      const target = { kind: 'app', id };
      expect(record).to.deep.include({ orgId: org.orgId, action: 'app.created', target, actor: BY, details: {} });
    });

    it('refuses what is no org, or a revoked one, or no name, and makes nothing', async () => {
      const revoked = newOrg({ status: 'revoked' });
      await storeOrg(ports.orgs, revoked);
      await expectCode(service.create(orgId.generate(), 'App', [], BY), 'not_found');
      await expectCode(service.create(revoked.orgId, 'App', [], BY), 'invalid_request');
      await expectCode(service.create(org.orgId, '', [], BY), 'invalid_request');
      expect(await service.list(org.orgId)).to.deep.equal([]);
      expect(await actions()).to.deep.equal([]);
    });
  });

  it('lists the apps of one org, oldest first, however many there are', async () => {
    const other = newOrg();
    await storeOrg(ports.orgs, other);
    await service.create(other.orgId, 'Of another', [], BY);
    const names = Array.from({ length: 301 }, (_, n) => `App ${n}`);
    for (const name of names) {
      clock.advance(1);
      await service.create(org.orgId, name, [], BY);
    }
    expect((await service.list(org.orgId)).map(({ name }) => name)).to.deep.equal(names);
  });

  describe('rotate', () => {
    it('answers a new key, and keeps the old one for 7 days', async () => {
      const { appId: id, apiKey: old } = await service.create(org.orgId, 'App', ORIGINS, BY);
      const next = await service.rotate(id, BY);
      const expiresAt = new Date(clock.now() + 7 * DAY_MS);
      expect(await ports.apps.find(id)).to.deep.include({
        keyHash: hashAppKey(INDEX_KEY, next),
        previousKey: { keyHash: hashAppKey(INDEX_KEY, old), expiresAt },
        status: 'active',
        origins: ORIGINS,
      });
      expect(await actions()).to.have.members(['app.created', 'app.rotated']);
    });

    it('keeps it for as many days as are asked for, or not at all', async () => {
      const { appId: id } = await service.create(org.orgId, 'App', [], BY);
      await service.rotate(id, BY, 1);
      const expiresAt = new Date(clock.now() + DAY_MS);
      expect((await ports.apps.find(id))?.previousKey?.expiresAt).to.deep.equal(expiresAt);
      await service.rotate(id, BY, 0);
      expect((await ports.apps.find(id))?.previousKey).to.equal(null);
      await expectCode(service.rotate(id, BY, 31), 'invalid_request');
    });

    it('of several at once does all, one after the other, each from what the one before left', async () => {
      const { appId: id } = await service.create(org.orgId, 'App', [], BY);
      const keys = await Promise.all([1, 2, 3, 4].map(() => service.rotate(id, BY)));
      const hashes = keys.map((key) => hashAppKey(INDEX_KEY, key));
      const app = await ports.apps.find(id);
      expect(new Set(hashes)).to.have.property('size', 4);
      expect(hashes).to.include.members([app?.keyHash, app?.previousKey?.keyHash]);
      expect(app?.keyHash).not.to.equal(app?.previousKey?.keyHash);
      expect((await actions()).filter((action) => action === 'app.rotated')).to.have.length(4);
    });

    it('gives up when others are faster each time, and has done nothing', async () => {
      const { appId: id, apiKey } = await service.create(org.orgId, 'App', [], BY);
      const { change } = ports.apps;
      let attempts = 0;
      ports.apps.change = async () => {
        attempts += 1;
        return null;
      };
      await expectCode(service.rotate(id, BY), 'request_in_progress');
      ports.apps.change = change;
      expect(attempts).to.equal(8);
      expect((await ports.apps.find(id))?.keyHash).to.equal(hashAppKey(INDEX_KEY, apiKey));
    });

    it('of a revoked app is refused, also when it is revoked meanwhile', async () => {
      const { appId: id } = await service.create(org.orgId, 'App', [], BY);
      const plain = new AppService({ ...ports, clock, indexKey: INDEX_KEY });
      faults.interruptAt(1, () => plain.revoke(id, BY));
      await expectCode(service.rotate(id, BY), 'invalid_request');
      await expectCode(service.rotate(id, BY), 'invalid_request');
      expect(await actions()).to.have.members(['app.created', 'app.revoked']);
    });

    it('of no app is not found', async () => {
      await expectCode(service.rotate(appId.generate(), BY), 'not_found');
    });
  });

  describe('revoke', () => {
    it('ends the app with both of its keys, once', async () => {
      const { appId: id } = await service.create(org.orgId, 'App', [], BY);
      await service.rotate(id, BY);
      await service.revoke(id, BY);
      await service.revoke(id, BY);
      expect(await ports.apps.find(id)).to.deep.include({ status: 'revoked', previousKey: null });
      expect((await actions()).filter((action) => action === 'app.revoked')).to.have.length(1);
    });

    it('of no app is not found', async () => {
      await expectCode(service.revoke(appId.generate(), BY), 'not_found');
    });
  });
});
