import { expect } from 'chai';
import { DeliveryDesk, EMAIL, type Instance, orgWith, PHONE, phoneOf } from '../../test/support/delivery-desk.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { Contact } from '../contacts/contact.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/clock.js';
import { collectStandings, type LimitStanding } from '../limits/limit-standing.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgSettings } from '../orgs/org-settings.js';
import { PREFIX_BREAKER } from './delivery-policy.js';
import type { CountedAs } from './send-quotas.js';

const KINDS: readonly CountedAs[] = ['login', 'password_reset', 'unasked', 'new_device'];

describe('What may be sent to one destination', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(() => {
    desk = new DeliveryDesk();
    instance = desk.instance();
  });

  const reserve = (to = PHONE, org: OrgRecord = desk.org, as: CountedAs = 'login', by = instance) =>
    by.quotas.reserve(org, to, as === 'unasked' ? 'login' : as, as);
  const admitted = (count: number, ...args: Parameters<typeof reserve>) =>
    fulfilled(times(count, () => reserve(...args)));
  /** Without what an instance has bought of the daily cap and of the prefix, which it keeps. */
  const used = () =>
    Object.fromEntries(Object.entries(desk.limits.used).filter(([place]) => !/\/(sms1d|sent)_/.test(place)));

  for (const to of [PHONE, EMAIL]) {
    it(`is three messages of 200 asked for at once, by ${to.kind}`, async () => {
      expect(await admitted(200, to)).to.equal(3);
      expect(desk.limits.total('login.sends10m')).to.equal(3);
    });

    it(`is three over all orgs and instances together, by ${to.kind}`, async () => {
      const orgs = times(8, () => orgWith({}));
      const instances = times(3, () => desk.instance());
      const asked = times(200, (index) => reserve(to, orgs[index % 8], 'login', instances[index % 3]));
      expect(await fulfilled(asked)).to.equal(3);
    });
  }

  it('is five in an hour and ten in a day', async () => {
    const perWindow: number[] = [];
    for (let at = 0; at < DAY_MS; at += 10 * MINUTE_MS) {
      perWindow.push(await admitted(5));
      desk.clock.advance(10 * MINUTE_MS);
    }
    // From noon on; the day ends at midnight.
    expect(perWindow.slice(0, 6)).to.deep.equal([3, 2, 0, 0, 0, 0]);
    expect(perWindow.slice(6, 12)).to.deep.equal([3, 2, 0, 0, 0, 0]);
    expect(perWindow.slice(12, 72).reduce((sum, count) => sum + count)).to.equal(0);
    expect(perWindow.slice(72).reduce((sum, count) => sum + count)).to.equal(10);
  });

  it('is counted apart for login codes, reset codes, codes that go elsewhere and notices', async () => {
    for (const kind of KINDS) expect(await admitted(5, PHONE, desk.org, kind), kind).to.equal(3);
    expect(await admitted(5, EMAIL), 'another contact').to.equal(3);
  });

  it('is what an org allows, within our bounds', async () => {
    const limits = (own: Record<string, number>) => orgWith({ limits: own });
    expect(await admitted(20, phoneOf(0), limits({ sends10m: 1 }))).to.equal(1);
    expect(await admitted(20, phoneOf(1), limits({ sends10m: 100 }))).to.equal(5);
    expect(await admitted(20, phoneOf(2), limits({ sends10m: 5, sends1h: 2 }))).to.equal(2);
    expect(await admitted(20, phoneOf(0), limits({ sends10m: 5 })), 'what another org has used is used').to.equal(4);
  });

  it('is told to whoever asks, the day’s text messages with it', async () => {
    const standings = new Map<string, LimitStanding>();
    await collectStandings(standings, () => reserve());
    expect([...standings.keys()].sort()).to.deep.equal(['sends10m', 'sends1d', 'sends1h', 'sms1d']);
    expect(standings.get('sends10m')).to.include({ quota: 3, remaining: 2 });
  });

  describe('A message that is refused', () => {
    interface Refused {
      readonly why: string;
      readonly code: 'rate_limited' | 'sms_not_allowed' | 'sending_stopped';
      readonly settings?: Partial<OrgSettings>;
      readonly before?: () => Promise<unknown>;
    }
    const REFUSED: readonly Refused[] = [
      { why: 'by its destination', code: 'rate_limited', before: () => admitted(3) },
      { why: 'by the country', code: 'sms_not_allowed', settings: { smsCountries: ['FR'] } },
      { why: 'by the kill switch', code: 'sending_stopped', settings: { sendMessages: false } },
      { why: 'without a budget', code: 'sending_stopped', settings: { smsPerDay: 0 } },
      { why: 'by its prefix', code: 'rate_limited', before: () => instance.prefixes.flag(PHONE.value) },
      { why: 'by the cap', code: 'rate_limited', settings: { smsPerDay: 1 }, before: () => reserve(phoneOf(1)) },
    ];
    for (const { why, code, settings = {}, before = async () => {} } of REFUSED)
      it(`${why} uses nothing, once or 50 times at once`, async () => {
        const org = orgWith(settings);
        if (why === 'by the cap') await reserve(phoneOf(1), org);
        else await before();
        const [standing, sent] = [used(), desk.limits.total('sent')];
        await expectCode(reserve(PHONE, org), code);
        expect(used()).to.deep.equal(standing);
        expect(await admitted(50, PHONE, org)).to.equal(0);
        expect(used()).to.deep.equal(standing);
        expect(desk.limits.total('sent') - sent, 'kept for the next').to.be.at.most(2 * PREFIX_BREAKER.leaseSize);
      });

    it('by a full destination is known here from then on, and costs no write', async () => {
      await admitted(4);
      const written = desk.limits.writes.length;
      expect(await admitted(1_000)).to.equal(0);
      expect(desk.limits.writes.length).to.equal(written);
    });

    it('a thousand times at one number does not stop its neighbours', async () => {
      await admitted(1_000);
      await reserve({ kind: 'phone', value: '+12025019999' });
    });

    it('is refused with how long to wait', async () => {
      await admitted(3);
      const { retryAfterSeconds, exceeded } = await expectCode(reserve(), 'rate_limited');
      expect(exceeded.map(({ name }) => name)).to.deep.equal(['sends10m']);
      expect(retryAfterSeconds).to.equal((10 * MINUTE_MS) / SECOND_MS);
    });
  });

  it('can be given back whole: of a wrong password nothing is used', async () => {
    for (const to of [PHONE, EMAIL]) {
      const standing = used();
      const counted = await Promise.all(times(20, () => instance.quotas.count(desk.org, to, 'login')));
      expect(Object.values(used())).to.include(20);
      await Promise.all(counted.map((one) => instance.quotas.giveBack(one)));
      expect(used()).to.deep.equal(standing);
      expect(await admitted(5, to)).to.equal(3);
    }
  });

  it('is not counted again where it was counted before', async () => {
    await instance.quotas.reserveDestination(desk.org, PHONE, 'password_reset');
    await instance.quotas.reserve(desk.org, PHONE, 'password_reset', null);
    expect(desk.limits.total('password_reset.sends10m')).to.equal(1);
    expect(desk.limits.total('sent'), 'its prefix is').to.equal(PREFIX_BREAKER.leaseSize);
  });

  it('fails closed: what can’t be counted is not sent', async () => {
    desk.limits.failure = new UnavailableError();
    for (const to of [PHONE, EMAIL]) await expectCode(reserve(to), 'unavailable');
    desk.limits.failure = undefined;
    await reserve();
  });

  it('costs one write for a mail, and for a text message one more for its prefix', async () => {
    await reserve(phoneOf(1));
    desk.limits.writes.length = 0;
    await reserve(EMAIL);
    expect(desk.limits.writes.splice(0)).to.deep.equal(['login.sends10m']);
    await reserve(PHONE);
    expect(desk.limits.writes.splice(0)).to.have.members(['login.sends10m', 'sent']);
    await reserve(PHONE, desk.org, 'new_device');
    expect(desk.limits.writes, 'nobody could use a code of it').to.deep.equal(['new_device.sends10m']);
  });

  describe('of a test org', () => {
    const TEST_PHONE: Contact = { kind: 'phone', value: '+12025550143' };
    const TEST_EMAIL: Contact = { kind: 'email', value: 'ada@example.com' };
    const testOrg = () => orgWith({}, { environment: 'test' });

    it('is not limited for contacts that are nobody’s, and nothing is counted', async () => {
      for (const to of [TEST_PHONE, TEST_EMAIL]) expect(await admitted(50, to, testOrg())).to.equal(50);
      expect(desk.limits.writes).to.deep.equal([]);
    });

    it('is limited for others, and uses up nothing of what is really sent', async () => {
      const org = testOrg();
      for (const to of [PHONE, EMAIL]) {
        expect(await admitted(20, to, org)).to.equal(3);
        expect(await admitted(20, to), 'in an org that sends').to.equal(3);
        expect(await admitted(20, to, testOrg()), 'in another test org').to.equal(3);
      }
      expect(desk.limits.total('sent'), 'of the prefix').to.equal(2 * PREFIX_BREAKER.leaseSize);
    });

    it('is refused what a live one is', async () => {
      const stopped = orgWith({ sendMessages: false }, { environment: 'test' });
      await expectCode(reserve(PHONE, stopped), 'sending_stopped');
      await expectCode(reserve(TEST_PHONE, stopped), 'sending_stopped');
      const french = orgWith({ smsCountries: ['FR'] }, { environment: 'test' });
      await expectCode(reserve(PHONE, french), 'sms_not_allowed');
    });
  });

  it('begins anew with the hour for whoever waited', async () => {
    await admitted(3);
    desk.clock.advance(HOUR_MS);
    expect(await admitted(5)).to.equal(3);
  });
});
