import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { MODES, STEPS } from '../../test/support/registry.js';
import { Sweeper } from '../../test/support/sweeper.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { SECOND_MS } from '../lib/clock.js';
import type { SessionId } from '../sessions/session-id.js';
import { REVOCATION_DUE_MS } from '../users/access-policy.js';
import { REGISTRATION_LEASE_MS, UNDOING_LEASE_MS } from '../users/registration-policy.js';
import type { UserRecord } from '../users/user-record.js';
import { SWEEP_PAGE, SWEEP_WORK_MS } from './sweep-policy.js';

const NOTHING = { done: 0, skipped: 0, failed: 0, unfinished: false };

describe('SweepService', () => {
  let sweeper: Sweeper;
  beforeEach(() => {
    sweeper = new Sweeper();
  });
  const sweep = () => sweeper.newSweep().run();

  describe('registrations', () => {
    for (const [step, call] of STEPS.entries())
      for (const mode of MODES)
        it(`killed ${mode} ${call}: stays until its lease is over, then nothing is left of it`, async () => {
          const { registry, clock } = sweeper;
          const ada = checkedRegistration();
          await registry.failAt(step, mode, ada);
          const before = await registry.traces(ada);
          clock.advance(REGISTRATION_LEASE_MS - 1);
          await sweep();
          expect(await registry.traces(ada)).to.deep.equal(before);
          clock.advance(1);
          await sweep();
          if (call === 'users.create' && mode === 'after') await registry.expectWhole(ada);
          else await registry.expectNothing(ada);
          expect((await sweep()).registrations, 'the second run').to.deep.equal(NOTHING);
        });

    it('under way or finished are not touched, however old', async () => {
      const ada = checkedRegistration();
      await sweeper.registry.register(ada);
      sweeper.clock.advance(10 * REGISTRATION_LEASE_MS);
      expect((await sweep()).registrations).to.deep.equal(NOTHING);
      await sweeper.registry.expectWhole(ada);
    });

    it('are undone page by page, ten deletions a second at most', async () => {
      const uids = await sweeper.abandon(2 * SWEEP_PAGE);
      expect((await sweep()).registrations).to.include({ done: uids.length, failed: 0, unfinished: false });
      expect(await sweeper.identitiesOf(uids)).to.equal(0);
      const { deletedAt } = sweeper;
      expect(deletedAt).to.have.length(uids.length);
      for (const [index, at] of deletedAt.entries()) {
        const tenBefore = deletedAt[index - 10] ?? Number.NEGATIVE_INFINITY;
        expect(at - tenBefore, `deletion ${index}`).to.be.at.least(SECOND_MS);
      }
    });

    it('that there is no time for are left to the next run', async () => {
      const [uids, startedAt] = [await sweeper.abandon(400), sweeper.clock.now()];
      const first = (await sweep()).registrations;
      expect(first).to.include({ failed: 0, unfinished: true });
      expect(sweeper.clock.now() - startedAt).to.be.within(SWEEP_WORK_MS, SWEEP_WORK_MS + 2 * SECOND_MS);
      expect(await sweeper.identitiesOf(uids)).to.equal(uids.length - first.done);
      expect((await sweep()).registrations).to.include({ done: uids.length - first.done, unfinished: false });
      expect(await sweeper.identitiesOf(uids)).to.equal(0);
    });

    it('that fail stop no others, are logged, and are undone by a later run', async () => {
      const uids = await sweeper.abandon(30);
      const broken = uids.slice(10, 13);
      const { identities } = sweeper.ports;
      const remove = identities.delete.bind(identities);
      identities.delete = (pool, uid) =>
        broken.includes(uid) ? Promise.reject(new UnavailableError()) : remove(pool, uid);
      expect((await sweep()).registrations).to.include({ done: 27, failed: 3 });
      expect(await sweeper.identitiesOf(uids)).to.equal(3);
      expect(sweeper.logs.filter((line) => line.includes('sweep_failed'))).to.have.length(3);
      identities.delete = remove;
      sweeper.clock.advance(UNDOING_LEASE_MS);
      expect((await sweep()).registrations).to.include({ done: 3, failed: 0 });
      expect(await sweeper.identitiesOf(uids)).to.equal(0);
    });

    it('are undone in the end, wherever the sweep itself is killed', async () => {
      for (let call = 0; call < 12; call += 1)
        for (const mode of MODES) {
          const fresh = new Sweeper();
          const uids = await fresh.abandon(2);
          fresh.faults.killAt(call, mode);
          await fresh.newSweep().run();
          fresh.faults.clear();
          fresh.clock.advance(UNDOING_LEASE_MS);
          await fresh.newSweep().run();
          expect(await fresh.identitiesOf(uids), `${mode} ${call}`).to.equal(0);
          expect((await fresh.newSweep().run()).registrations, `${mode} ${call}`).to.deep.equal(NOTHING);
        }
    });

    it('are undone once by two runs at the same time', async () => {
      const uids = await sweeper.abandon(30);
      const reports = await Promise.all([sweep(), sweep()]);
      expect(reports.reduce((sum, { registrations }) => sum + registrations.done, 0)).to.equal(30);
      expect(await sweeper.identitiesOf(uids)).to.equal(0);
      expect(sweeper.deletedAt, 'deletions').to.have.length(30);
    });
  });

  describe('password changes', () => {
    let ada: UserRecord;
    let old: SessionId;
    beforeEach(async () => {
      ada = await sweeper.newUser();
      old = await sweeper.openSession(ada);
    });

    /** Dies in the change itself, before which another session was begun with the old password. */
    async function dieChanging(keep?: SessionId): Promise<SessionId> {
      let begun: SessionId | undefined;
      const change = async () => {
        begun = await sweeper.openSession(ada);
        throw new Error('killed');
      };
      await rejection(sweeper.access.endAllAround(sweeper.registry.pool, ada, change, { keep }));
      if (begun === undefined) throw new Error('there was no change');
      return begun;
    }

    it('that were finished leave nothing to do', async () => {
      await sweeper.access.endAllAround(sweeper.registry.pool, ada, async () => {});
      const since = await sweeper.openSession(ada);
      sweeper.clock.advance(REVOCATION_DUE_MS);
      expect((await sweep()).passwords).to.deep.equal(NOTHING);
      expect([await sweeper.isLive(old), await sweeper.isLive(since)]).to.deep.equal([false, true]);
    });

    it('killed half-way end in this very run, which waits for those that might be under way', async () => {
      const other = await sweeper.openSession(await sweeper.newUser());
      const begun = await dieChanging();
      expect(await sweeper.isLive(begun)).to.equal(true);
      const diedAt = sweeper.clock.now();
      expect((await sweep()).passwords).to.include({ done: 1, failed: 0 });
      expect(sweeper.clock.now() - diedAt).to.equal(REVOCATION_DUE_MS);
      expect([await sweeper.isLive(begun), await sweeper.isLive(other)]).to.deep.equal([false, true]);
      expect((await sweep()).passwords, 'the second run').to.deep.equal(NOTHING);
    });

    it('killed half-way keep the session that made them', async () => {
      const begun = await dieChanging(old);
      await sweep();
      expect([await sweeper.isLive(old), await sweeper.isLive(begun)]).to.deep.equal([true, false]);
    });

    it('of a user who was deleted meanwhile end as well', async () => {
      const begun = await dieChanging();
      await sweeper.ports.users.delete(sweeper.registry.pool, ada.uid, []);
      expect((await sweep()).passwords).to.include({ done: 1, failed: 0 });
      expect(await sweeper.isLive(begun)).to.equal(false);
    });

    it('that fail are ended by the next run', async () => {
      const begun = await dieChanging();
      const { sessions } = sweeper.ports;
      const revokeAll = sessions.revokeAll.bind(sessions);
      sessions.revokeAll = () => Promise.reject(new UnavailableError());
      expect((await sweep()).passwords).to.include({ done: 0, failed: 1 });
      sessions.revokeAll = revokeAll;
      expect((await sweep()).passwords).to.include({ done: 1, failed: 0 });
      expect(await sweeper.isLive(begun)).to.equal(false);
    });
  });

  it('does the one kind when the other can not be looked for, and throws nothing', async () => {
    const uids = await sweeper.abandon(1);
    sweeper.ports.revocations.findDue = () => Promise.reject(new UnavailableError());
    const report = await sweep();
    expect(report.passwords).to.deep.equal({ ...NOTHING, failed: 1 });
    expect(report.registrations).to.include({ done: 1 });
    expect(await sweeper.identitiesOf(uids)).to.equal(0);
  });

  it('logs one line with counts, and no contact', async () => {
    const ada = checkedRegistration();
    await sweeper.registry.failAt(3, 'before', ada);
    sweeper.clock.advance(REGISTRATION_LEASE_MS);
    await sweep();
    expect(sweeper.logs).to.have.length(1);
    const line = JSON.parse(sweeper.logs[0] ?? '') as Record<string, unknown>;
    expect(line).to.deep.equal({
      severity: 'INFO',
      message: 'sweep',
      registrations: { ...NOTHING, done: 1 },
      passwords: NOTHING,
      orgs: NOTHING,
      secrets: NOTHING,
    });
  });
});
