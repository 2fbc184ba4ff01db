import { expect } from 'chai';
import { newOrg, storeOrg } from '../../test/support/records.js';
import { MemoryOrgStore } from '../adapters/memory/memory-org-store.js';
import type { OrgRecord } from './org-record.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';

describe('The kill switch in an org’s document', () => {
  let store: MemoryOrgStore;
  let org: OrgRecord;

  beforeEach(async () => {
    store = new MemoryOrgStore();
    org = newOrg();
    await storeOrg(store, org);
  });

  /** As the services find it, before anybody has looked at the edit. */
  async function mayItSend(): Promise<boolean | undefined> {
    return (await store.find(org.orgId))?.settings.sendMessages;
  }

  it('holds as soon as it is written, though no trigger has run', async () => {
    expect(await mayItSend()).to.equal(true);
    store.edit(org.orgId, { settings: { ...DEFAULT_ORG_SETTINGS, sendMessages: false } });
    expect(await mayItSend()).to.equal(false);
  });

  it('holds whatever else is wrong with the settings', async () => {
    store.edit(org.orgId, { settings: { codeLength: 'nonsense', sendMessages: false } });
    expect(await mayItSend()).to.equal(false);
    expect((await store.find(org.orgId))?.settings.codeLength).to.equal(6);
  });

  it('holds for whatever is written there but yes', async () => {
    for (const sendMessages of ['false', 'true', 'off', 0, 1, null, [], {}]) {
      store.edit(org.orgId, { settings: { sendMessages } });
      expect(await mayItSend(), JSON.stringify(sendMessages)).to.equal(false);
    }
  });

  it('does not hold where nothing is written: settings that are no map, or without it, or with yes', async () => {
    for (const settings of ['off', null, undefined, [], {}, { sendMessages: true }]) {
      store.edit(org.orgId, { settings });
      expect(await mayItSend(), JSON.stringify(settings)).to.equal(true);
    }
  });

  it('stays off until the trigger has looked at what was written', async () => {
    const off = newOrg({ settings: { ...DEFAULT_ORG_SETTINGS, sendMessages: false } });
    await storeOrg(store, off);
    store.edit(off.orgId, { settings: DEFAULT_ORG_SETTINGS });
    expect((await store.find(off.orgId))?.settings.sendMessages).to.equal(false);
  });
});
