import { expect } from 'chai';
import { DeliveryDesk, EMAIL, orgWith, phoneOf } from '../../test/support/delivery-desk.js';
import { newOrg } from '../../test/support/records.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { MemoryAuditStore } from '../adapters/memory/memory-audit-store.js';
import type { AuditRecord } from '../audit/audit-record.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { DAY_MS, SECOND_MS } from '../lib/clock.js';
import type { SmsCap } from './sms-cap.js';

describe('The daily cap of text messages', () => {
  let desk: DeliveryDesk;
  let cap: SmsCap;

  const capOf = (smsPerDay: number | null) => {
    desk = new DeliveryDesk({ smsPerDay });
    cap = desk.instance().cap;
  };
  const take = (by = cap) => by.take(desk.org);
  const taken = (count: number, by = cap) => fulfilled(times(count, () => take(by)));
  async function audits(): Promise<AuditRecord[]> {
    await desk.background.idle();
    return [...(desk.ports.audit as MemoryAuditStore).records];
  }
  const told = async () => (await audits()).map(({ action }) => action);

  for (const limit of [1, 7, 10, 50, 137, 1_000])
    it(`lets exactly ${limit} through of twice as many at once`, async () => {
      capOf(limit);
      expect(await taken(2 * limit)).to.equal(limit);
      expect(await told()).to.deep.equal(['org.sms_cap_near', 'org.sms_cap_reached']);
    });

  it('is 10,000 where an org has set none', async () => {
    capOf(null);
    expect(await taken(10_500)).to.equal(10_000);
  });

  it('tells the admins at 80 %, and again when it is reached, each once a day', async () => {
    capOf(100);
    for (const _ of times(79, String)) await take();
    expect(await told()).to.deep.equal([]);
    await take();
    expect(await told()).to.deep.equal(['org.sms_cap_near']);
    await taken(15);
    expect(await told()).to.deep.equal(['org.sms_cap_near']);
    expect(await taken(200)).to.equal(5);
    await taken(200);
    expect(await told()).to.deep.equal(['org.sms_cap_near', 'org.sms_cap_reached']);
    const [near] = await audits();
    expect(near).to.deep.include({ orgId: desk.org.orgId, details: { cap: '100' } });
    expect(near?.actor).to.include({ kind: 'system', id: 'delivery' });
    expect(near?.target).to.deep.equal({ kind: 'org', id: desk.org.orgId });
  });

  it('is told of the main app as well', async () => {
    capOf(1);
    const main = { ...desk.org, orgId: null };
    expect(await fulfilled(times(5, () => cap.take(main)))).to.equal(1);
    const target = { kind: 'org', id: 'main' };
    expect((await audits()).map(({ action, orgId, target }) => ({ action, orgId, target }))).to.deep.equal([
      { action: 'org.sms_cap_near', orgId: null, target },
      { action: 'org.sms_cap_reached', orgId: null, target },
    ]);
  });

  it('is refused with how long it is to midnight', async () => {
    capOf(1);
    await take();
    const { retryAfterSeconds, exceeded } = await expectCode(take(), 'rate_limited');
    expect(retryAfterSeconds).to.equal(DAY_MS / 2 / SECOND_MS);
    expect(exceeded[0]).to.include({ name: 'sms1d', quota: 1, remaining: 0 });
  });

  it('is free again the next day, and tells of that day anew', async () => {
    capOf(5);
    expect(await taken(20)).to.equal(5);
    desk.clock.advance(DAY_MS);
    expect(await taken(20)).to.equal(5);
    expect(await told()).to.have.length(4);
  });

  it('lets more through as soon as an admin has raised it, less what instances have asked for in vain', async () => {
    for (const isSame of [true, false]) {
      capOf(10);
      expect(await taken(12)).to.equal(10);
      const raised = orgWith({ smsPerDay: 40 }, { orgId: desk.org.orgId });
      const by = isSame ? cap : desk.instance().cap;
      expect(await fulfilled(times(100, () => by.take(raised)))).to.be.within(20, 30);
    }
  });

  it('stops as soon as an admin has lowered it, but for what instances have bought', async () => {
    capOf(100);
    expect(await taken(11)).to.equal(11);
    const lowered = orgWith({ smsPerDay: 5 }, { orgId: desk.org.orgId });
    expect(await fulfilled(times(100, () => cap.take(lowered)))).to.be.at.most(10);
  });

  it('is each org’s own', async () => {
    capOf(3);
    expect(await taken(10)).to.equal(3);
    const other = { ...desk.org, ...newOrg(), settings: desk.org.settings };
    expect(await fulfilled(times(10, () => cap.take(other)))).to.equal(3);
  });

  it('costs a write for every tenth message, or for a second’s worth of many', async () => {
    capOf(1_000);
    await taken(100);
    expect(desk.limits.writes.length).to.be.at.most(11);
    const mails = desk.instance();
    const before = desk.limits.total('sms1d');
    await mails.quotas.reserve(desk.org, EMAIL, 'login');
    expect(desk.limits.total('sms1d'), 'a mail takes nothing of it').to.equal(before);
  });

  it('is told again with the next message where it could not be written down', async () => {
    capOf(10);
    const { audit } = desk.ports;
    const append = audit.append.bind(audit);
    audit.append = () => Promise.reject(new UnavailableError());
    await taken(8);
    expect(await told()).to.deep.equal([]);
    expect(desk.errors).to.have.length(1);
    audit.append = append;
    await take();
    expect(await told()).to.deep.equal(['org.sms_cap_near']);
  });

  it('is written once, and no more however many are refused', async () => {
    capOf(1);
    const { audit } = desk.ports;
    const append = audit.append.bind(audit);
    let appended = 0;
    audit.append = (record) => {
      appended += 1;
      return append(record);
    };
    await taken(500);
    await audits();
    expect(appended).to.equal(2);
  });

  describe('of three instances', () => {
    const three = () => times(3, () => desk.instance().cap);

    it('lets no more than the cap through within a day, in whatever order they ask', async () => {
      for (const limit of [30, 100, 1_000]) {
        capOf(limit);
        const caps = three();
        const asked = times(3 * limit, (index) => take(caps[(index * 7) % 3] ?? cap));
        expect(await fulfilled(asked)).to.equal(limit);
        expect(await told()).to.deep.equal(['org.sms_cap_near', 'org.sms_cap_reached']);
      }
    });

    it('uses on what each had bought before midnight: each at most a tenth of the cap, or ten, beside the cap', async () => {
      for (const limit of [50, 1_000]) {
        capOf(limit);
        const caps = three();
        desk.clock.advance(DAY_MS / 2 - 1);
        // In one millisecond: each buys as much as it may at once.
        const bought = await Promise.all(caps.map((one) => taken(11, one)));
        expect(bought.reduce((sum, count) => sum + count)).to.be.at.most(limit);
        desk.clock.advance(1);
        // One uses the day up; then the others use what they still hold.
        let sent = await taken(2 * limit);
        for (const one of caps) sent += await taken(limit, one);
        expect(sent).to.be.within(limit, limit + 3 * Math.max(10, limit / 10));
      }
    });

    it('keeps from the others what one has bought and not used: nine messages, or a tenth of the cap', async () => {
      capOf(20);
      const [first = cap, second = cap, third = cap] = three();
      await take(first);
      await take(second);
      expect(await taken(5, third), 'both hold ten').to.equal(0);
      expect((await taken(20, first)) + (await taken(20, second))).to.equal(18);
    });
  });

  it('is given back for a number that is none, and for nothing else', async () => {
    capOf(5);
    await taken(5);
    cap.giveBack(desk.org);
    expect(await taken(5)).to.equal(1);
  });

  it('holds for what users ask for: the whole way through the quotas', async () => {
    desk = new DeliveryDesk({ smsPerDay: 20 });
    const instance = desk.instance();
    // Of many prefixes, so that none of them stops.
    const asked = times(60, (index) => instance.quotas.reserve(desk.org, phoneOf(index * 10_000), 'login'));
    expect(await fulfilled(asked)).to.equal(20);
  });
});
