import { expect } from 'chai';
import { type AppId, appId } from '../../src/apps/app-id.js';
import { generateKeyId, type KeyId } from '../../src/credentials/credential-id.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { describeApp } from '../support/describe-app.js';
import { times } from '../support/describe-contract.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { BY, newCredential } from '../support/records.js';

/** Of eight, the fourth and the last are good. */
const isGood = (index: number) => index === 3 || index === 7;
const UNTIL = new Date('1999-01-01T00:00:00Z');

/** What is spoilt is in no list of what works; it neither ends a list nor outlives its org. */
describeApp('Lists with spoilt documents', (app) => {
  let probe: FirestoreProbe;
  let mine: OrgId;
  before(() => {
    probe = new FirestoreProbe();
  });
  after(() => probe.close());
  beforeEach(() => {
    mine = orgId.generate();
  });

  async function eightCredentials(): Promise<KeyId[]> {
    const keys = times(8, () => generateKeyId('live')).sort();
    for (const [index, keyId] of keys.entries()) {
      const credential = newCredential({ keyId, orgId: mine, secretShownUntil: UNTIL });
      await app().ports.credentials.create({ credential, shown: null });
      if (!isGood(index)) await probe.write(`credentials/${keyId}`, { inForce: 'spoilt' });
    }
    return keys;
  }

  async function eightApps(): Promise<AppId[]> {
    const ids = times(8, () => appId.generate()).sort();
    for (const [index, id] of ids.entries()) {
      const fields = { orgId: mine, name: 'App', status: 'active', keyHash: 'hash', origins: [], createdAt: UNTIL };
      await probe.write(`apps/${id}`, isGood(index) ? fields : { ...fields, keyHash: 7 });
    }
    return ids;
  }

  it('credentials of an org, whatever the size of a page', async () => {
    const { credentials } = app().ports;
    const keys = await eightCredentials();
    const listed = async (limit: number, after?: KeyId) =>
      (await credentials.listOf(mine, limit, after)).map(({ keyId }) => keyId);
    for (const limit of [2, 3, 8, 100]) expect(await listed(limit)).to.deep.equal([keys[3], keys[7]]);
    expect(await listed(1)).to.deep.equal([keys[3]]);
    expect(await listed(2, keys[3])).to.deep.equal([keys[7]]);
    expect(await credentials.keysOf(mine, 3)).to.have.length(3);
    expect(await credentials.keysOf(mine, 100)).to.have.members(keys);
    for (const keyId of keys) await credentials.remove({ keyId, orgId: mine });
  });

  it('credentials whose secret is to be hidden', async () => {
    const { credentials } = app().ports;
    const keys = await eightCredentials();
    const [first] = await credentials.findShown(UNTIL, 1);
    const rest = await credentials.findShown(UNTIL, 2, first);
    expect([first, ...rest].map((one) => one?.keyId)).to.deep.equal([keys[3], keys[7]]);
    for (const keyId of keys) await credentials.remove({ keyId, orgId: mine });
  });

  it('apps of an org, whatever the size of a page', async () => {
    const { apps } = app().ports;
    const ids = await eightApps();
    for (const limit of [2, 3, 8, 100])
      expect((await apps.listOf(mine, limit)).map((one) => one.appId)).to.deep.equal([ids[3], ids[7]]);
    expect((await apps.listOf(mine, 2, ids[3])).map((one) => one.appId)).to.deep.equal([ids[7]]);
    expect(await apps.idsOf(mine, 3)).to.have.length(3);
    expect(await apps.idsOf(mine, 100)).to.have.members(ids);
  });

  it('are removed with their org', async () => {
    const { org } = await app().provision();
    mine = org.orgId;
    await eightCredentials();
    await eightApps();
    const progress: string[] = [];
    await app().services.deletion.run(mine, BY, ({ step, done }) => progress.push(`${step} ${done}`));
    expect(progress).to.include.members(['credentials 9', 'apps 8']);
    const { credentials, apps } = app().ports;
    expect([await credentials.keysOf(mine, 10), await apps.idsOf(mine, 10)]).to.deep.equal([[], []]);
  });
});
