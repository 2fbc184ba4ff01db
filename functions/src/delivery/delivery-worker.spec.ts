import { expect } from 'chai';
import {
  codeMessage,
  DeliveryDesk,
  EMAIL,
  type Instance,
  orgWith,
  PHONE,
  phoneOf,
} from '../../test/support/delivery-desk.js';
import { newChallenge } from '../../test/support/records.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { times } from '../../test/support/spy-limit-store.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import type { ChallengeKey } from '../codes/challenge-record.js';
import type { Contact } from '../contacts/contact.js';
import { DAY_MS } from '../lib/clock.js';
import { orgId } from '../orgs/org-id.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgSettings } from '../orgs/org-settings.js';
import { ORDERED_AFTER_MS, PREFIX_BREAKER } from './delivery-policy.js';
import { NotTakenError } from './delivery-worker.js';
import type { CodeJob } from './job.js';

describe('The worker of the queue', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(async () => {
    desk = await DeliveryDesk.open();
    instance = desk.instance();
  });

  const deliver = (job: CodeJob, by = instance) => by.worker.deliverCode(job);
  /** The org as the worker finds it. */
  const orgIs = (settings: Partial<OrgSettings>, change: Partial<OrgRecord> = {}) => {
    desk.ports.orgs.find = async () => orgWith(settings, { ...change, orgId: desk.org.orgId });
  };
  const outcomes = async () => (await desk.records()).map(({ status, error }) => ({ status, error }));

  it('hands a message over once however often it is brought, one after the other', async () => {
    const job = desk.job({ to: PHONE });
    expect(await deliver(job)).to.include({ outcome: 'accepted' });
    for (const _ of times(10, String)) expect(await deliver(job)).to.equal(null);
    expect(desk.provider.handed).to.have.length(1);
    expect(desk.limits.total('sent'), 'counted once').to.equal(PREFIX_BREAKER.leaseSize);
  });

  it('hands a message over once that is brought 200 times at once, to three instances', async () => {
    const job = desk.job({ to: PHONE });
    const instances = times(3, () => desk.instance());
    const runs = await Promise.allSettled(times(200, (index) => deliver(job, instances[index % 3])));
    for (const one of runs) if (one.status === 'rejected') expect(one.reason).to.be.instanceOf(NotTakenError);
    for (const by of instances) expect(await deliver(job, by), 'brought again').to.equal(null);
    expect(desk.provider.handed).to.have.length(1);
    expect(await outcomes()).to.deep.equal([{ status: 'sent', error: null }]);
    expect(desk.limits.total('sent')).to.equal(PREFIX_BREAKER.leaseSize);
  });

  describe('of a provider that is not even tried', () => {
    it('counts neither the try nor the message again', async () => {
      const job = desk.job({ to: PHONE, isCounted: false });
      desk.provider.script.sms.push(...times(6, () => HANDOVERS.notTried));
      for (const _ of times(6, String)) expect(await rejection(deliver(job))).to.be.instanceOf(NotTakenError);
      expect((await desk.records())[0]).to.include({ status: 'queued', tries: 0, error: 'breaker_open' });
      expect(desk.limits.total('sent'), 'of the prefix').to.equal(PREFIX_BREAKER.leaseSize);
      expect(desk.limits.total('unasked.sends10m'), 'of the destination').to.equal(1);
      desk.provider.script.sms.push(HANDOVERS.notTaken);
      expect(await rejection(deliver(job))).to.be.instanceOf(NotTakenError);
      desk.clock.advance(2_000);
      expect(await deliver(job)).to.include({ outcome: 'accepted' });
      expect(desk.provider.handed).to.have.length(2);
    });

    it('takes one message from the daily cap', async () => {
      orgIs({ smsPerDay: 2 });
      const waiting = desk.job({ to: PHONE });
      desk.provider.script.sms.push(...times(5, () => HANDOVERS.notTried));
      for (const _ of times(5, String)) await rejection(deliver(waiting));
      await deliver(waiting);
      await deliver(desk.job({ to: phoneOf(1) }));
      await deliver(desk.job({ to: phoneOf(2) }));
      expect(desk.provider.recipients).to.deep.equal([PHONE.value, phoneOf(1).value]);
    });
  });

  describe('keeps back, and says why in the record,', () => {
    interface Kept {
      readonly why: string;
      readonly error: string;
      readonly settings?: Partial<OrgSettings>;
      readonly org?: Partial<OrgRecord>;
      readonly to?: Contact;
      readonly job?: Partial<CodeJob>;
    }
    const KEPT: readonly Kept[] = [
      { why: 'a code that is over', error: 'expired', job: { sendBefore: 0 } },
      { why: 'what is for nobody', error: 'nobody', job: { isForNobody: true } },
      { why: 'a message of a suspended org', error: 'client_inactive', org: { status: 'suspended' } },
      { why: 'a message of a revoked org', error: 'client_inactive', org: { status: 'revoked' } },
      { why: 'every message behind the kill switch', error: 'sending_stopped', settings: { sendMessages: false } },
      { why: 'an e-mail behind it', error: 'sending_stopped', settings: { sendMessages: false }, to: EMAIL },
      { why: 'a text message to another country', error: 'sms_not_allowed', settings: { smsCountries: ['FR'] } },
      { why: 'one to a premium number', error: 'sms_not_allowed', to: { kind: 'phone', value: '+19005551234' } },
      { why: 'text messages without a budget', error: 'sending_stopped', settings: { smsPerDay: 0 } },
    ];
    for (const { why, error, settings = {}, org = {}, to = PHONE, job = {} } of KEPT)
      it(why, async () => {
        orgIs(settings, org);
        expect(await deliver(desk.job({ to, ...job }))).to.equal(null);
        expect(await outcomes()).to.deep.equal([{ status: 'suppressed', error }]);
        expect((await desk.records())[0]).to.include({ provider: null, tries: 0, retryAt: null });
        expect(desk.provider.handed).to.deep.equal([]);
      });

    it('what is over the daily cap, and what is over its destination’s limit', async () => {
      orgIs({ smsPerDay: 2 });
      for (const index of times(3, Number)) await deliver(desk.job({ to: phoneOf(index) }));
      for (const _ of times(4, String)) await deliver(desk.job({ to: EMAIL, isCounted: false }));
      expect(desk.provider.recipients).to.have.length(2 + 3);
      const kept = (await outcomes()).filter(({ status }) => status === 'suppressed');
      expect(kept).to.deep.equal(times(2, () => ({ status: 'suppressed', error: 'rate_limited' })));
    });

    it('what goes where the prefix is stopped', async () => {
      await instance.prefixes.flag(PHONE.value);
      await deliver(desk.job({ to: PHONE }));
      expect(await outcomes()).to.deep.equal([{ status: 'suppressed', error: 'rate_limited' }]);
    });
  });

  describe('of codes that have waited for half a minute', () => {
    const PLACE = 'a-place' as ChallengeKey;
    const codeOf = (sequence: number, waitedMs = ORDERED_AFTER_MS) => {
      const sendBefore = desk.clock.now() + 600_000 - waitedMs;
      return desk.job({ message: codeMessage(EMAIL, { place: PLACE, sequence }), sendBefore });
    };

    it('sends the newest alone, in whatever order they come', async () => {
      const challenge = { ...newChallenge(null), sequence: 2 };
      await desk.ports.challenges.replace(PLACE, challenge);
      for (const sequence of [2, 1, 0]) await deliver(codeOf(sequence));
      const ends = ['sent', 'suppressed', 'suppressed'];
      expect((await desk.records()).map(({ status }) => status)).to.deep.equal(ends);
      expect((await outcomes())[1]).to.include({ error: 'superseded' });
    });

    it('sends none that was made unusable', async () => {
      await desk.ports.challenges.replace(PLACE, { ...newChallenge(null), sequence: 1 });
      await desk.ports.challenges.void(PLACE, 1);
      await deliver(codeOf(1));
      expect(await outcomes()).to.deep.equal([{ status: 'suppressed', error: 'superseded' }]);
    });

    it('sends others that have not waited: who asks three times in a hurry gets three', async () => {
      await desk.ports.challenges.replace(PLACE, { ...newChallenge(null), sequence: 2 });
      expect(await deliver(codeOf(1, ORDERED_AFTER_MS - 1))).to.include({ outcome: 'accepted' });
    });

    it('uses up for one that it keeps back what it would for any other', async () => {
      await desk.ports.challenges.replace(PLACE, { ...newChallenge(null), sequence: 2 });
      await deliver({ ...codeOf(1), isCounted: false });
      expect(desk.limits.total('unasked.sends10m')).to.equal(1);
    });

    it('sends one that comes before it is written down', async () => {
      await desk.ports.challenges.replace(PLACE, { ...newChallenge(null), sequence: 1 });
      expect(await deliver(codeOf(2))).to.include({ outcome: 'accepted' });
    });
  });

  describe('between two tries', () => {
    let job: CodeJob;
    beforeEach(async () => {
      job = desk.job({ to: PHONE });
      desk.provider.script.sms.push(HANDOVERS.notTaken);
      expect(await rejection(deliver(job))).to.be.instanceOf(NotTakenError);
      desk.clock.advance(2_000);
    });

    for (const [what, settings] of Object.entries({
      'the kill switch': { sendMessages: false },
      'a budget of zero': { smsPerDay: 0 },
    }))
      it(`${what} stops the second`, async () => {
        orgIs(settings);
        expect(await deliver(job)).to.equal(null);
        expect(await outcomes()).to.deep.equal([{ status: 'suppressed', error: 'sending_stopped' }]);
      });

    it('a code may run out, and what is known of the first stays', async () => {
      desk.clock.advance(DAY_MS);
      expect(await deliver(job)).to.equal(null);
      const [record] = await desk.records();
      expect(record).to.include({ status: 'suppressed', error: 'expired', tries: 1, provider: 'twilio' });
    });
  });

  it('keeps no record of an org that is gone, and sends nothing of it', async () => {
    expect(await deliver(desk.job({ orgId: orgId.generate() }))).to.equal(null);
    expect(await desk.records()).to.deep.equal([]);
  });

  it('sends nothing of a test org, and keeps no record', async () => {
    orgIs({}, { environment: 'test' });
    expect(await deliver(desk.job())).to.equal(null);
    expect(await desk.records()).to.deep.equal([]);
  });
});
