import { expect } from 'chai';
import type { AuditRecord } from '../../src/audit/audit-record.js';
import type { AuditStore } from '../../src/audit/audit-store.js';
import { SECOND_MS } from '../../src/lib/clock.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { newAudit } from '../support/records.js';

/** Later than what any other test has done, so that of all orgs these are the latest. */
const at = (seconds: number) => new Date(Date.UTC(2100, 0, 1) + seconds * SECOND_MS + 123);

describeContract('AuditStore', (ports) => {
  let store: AuditStore;
  let mine: OrgId;
  before(() => {
    store = ports().audit;
  });
  beforeEach(() => {
    mine = orgId.generate();
  });

  async function appended(...records: readonly AuditRecord[]): Promise<void> {
    for (const record of records) await store.append(record);
  }

  it('knows of nothing at first', async () => {
    expect(await store.latest(10, mine)).to.deep.equal([]);
  });

  it('gives records back as they were appended', async () => {
    const full = newAudit(mine, {
      at: at(1),
      action: 'user.status_changed',
      target: { kind: 'user', id: 'usr_1' },
      actor: { kind: 'console', id: null, from: null, requestId: 'event-1' },
      details: { from: 'active', to: 'banned' },
    });
    const plain = newAudit(mine, { at: at(0) });
    await appended(full, plain);
    expect(await store.latest(10, mine)).to.deep.equal([full, plain]);
  });

  it('gives those of the main app among all, and among no org’s', async () => {
    const [ofMain, ofOrg] = [newAudit(null, { at: at(10) }), newAudit(mine, { at: at(9) })];
    await appended(ofMain, ofOrg);
    expect(await store.latest(2)).to.deep.equal([ofMain, ofOrg]);
    expect(await store.latest(10, mine)).to.deep.equal([ofOrg]);
  });

  it('gives the newest first, whatever their order was, and no more than asked for', async () => {
    const records = [3, 0, 4, 1, 2].map((second) => newAudit(mine, { at: at(second) }));
    await appended(...records);
    const newest = [...records].sort((one, other) => other.at.getTime() - one.at.getTime());
    expect(await store.latest(10, mine)).to.deep.equal(newest);
    expect(await store.latest(2, mine)).to.deep.equal(newest.slice(0, 2));
  });

  it('orders those of one time alike each time', async () => {
    const records = times(5, () => newAudit(mine, { at: at(0) }));
    await appended(...records);
    const ids = (await store.latest(10, mine)).map(({ id }) => id);
    expect(ids).to.deep.equal(
      records
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    expect((await store.latest(2, mine)).map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
  });

  it('does nothing with a record that is there already, whatever it says', async () => {
    const [record, other] = [newAudit(mine, { at: at(2) }), newAudit(mine, { at: at(1) })];
    await appended(record, other, record, { ...record, at: at(3), action: 'org.suspended' });
    expect(await store.latest(10, mine)).to.deep.equal([record, other]);
    const same = newAudit(mine, { at: at(0) });
    await Promise.all(times(20, () => store.append(same)));
    expect(await store.latest(10, mine)).to.deep.equal([record, other, same]);
  });

  it('tells of one org, or of all', async () => {
    const other = orgId.generate();
    const records = [newAudit(mine, { at: at(60) }), newAudit(other, { at: at(61) }), newAudit(mine, { at: at(62) })];
    await appended(...records);
    const [first, second, third] = records;
    expect(await store.latest(10, mine)).to.deep.equal([third, first]);
    expect(await store.latest(10, other)).to.deep.equal([second]);
    expect(await store.latest(3)).to.deep.equal([third, second, first]);
  });

  it('is not changed by what a reader does with its answer', async () => {
    const record = newAudit(mine);
    await appended(record);
    ((await store.latest(10, mine)) as AuditRecord[]).length = 0;
    expect(await store.latest(10, mine)).to.deep.equal([record]);
  });
});
