import { expect } from 'chai';
import { BY } from '../../test/support/records.js';
import { MODES } from '../../test/support/registry.js';
import { UserOffice } from '../../test/support/user-office.js';
import type { UserRecord, UserStatus } from './user-record.js';

/** Calls of a suspension, and some more. */
const STEPS = 12;

describe('UserAdmin, of several who act at once', () => {
  let office: UserOffice;
  let ada: UserRecord;
  beforeEach(() => reset());

  async function reset(): Promise<void> {
    office = new UserOffice();
    ada = await office.enroll();
  }

  const setStatus = (status: UserStatus) => office.admin.change(office.pool, ada.uid, { status }, BY);
  const statusOf = async () => (await office.users.find(office.pool, ada.uid))?.status;

  /** Identity Platform keeps out exactly those who are not active, and nothing is left to be done. */
  async function expectEnforced(what: string): Promise<void> {
    const { inForce, written, isEnforced } = await office.read(ada);
    expect(await office.isEnabled(ada), what).to.equal(inForce.status === 'active');
    expect([written.status, isEnforced], what).to.deep.equal([inForce.status, true]);
  }

  for (const [first, second] of [
    ['suspended', 'active'],
    ['active', 'suspended'],
    ['suspended', 'banned'],
  ] as const)
    it(`the later one holds: ${second}, whichever step of ${first} it comes before, with one record each`, async () => {
      for (let step = 0; step < STEPS; step += 1) {
        await reset();
        if (first === 'active') await setStatus('banned');
        office.audit.records.length = 0;
        let wasIn = '';
        office.faults.interruptAt(step, async () => {
          wasIn = (await office.read(ada)).inForce.status;
          await setStatus(second);
        });
        await setStatus(first);
        office.faults.clear();
        await expectEnforced(`step ${step}`);
        // Before its own commit the first one is the later.
        expect(await statusOf(), `step ${step}`).to.equal(wasIn === first ? second : first);
        const actions = office.done();
        expect(new Set(actions).size, `step ${step}: ${actions.join(', ')}`).to.equal(actions.length);
        expect(actions.length).to.be.at.most(2);
      }
    });

  it('an edit in the console holds as well, before whichever step it comes', async () => {
    for (let step = 0; step < STEPS; step += 1) {
      await reset();
      office.faults.interruptAt(step, () => office.users.edit(office.pool, ada.uid, { status: 'banned' }));
      await setStatus('suspended').catch(() => {});
      office.faults.clear();
      await office.settle(ada.uid);
      await expectEnforced(`step ${step}`);
    }
  });

  it('identity and profile agree in the end, however the steps of five at once fall', async () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let round = 0; round < 150; round += 1) {
      await reset();
      office.turns = () => random(4);
      const statuses: readonly UserStatus[] = ['suspended', 'active', 'banned'];
      const acts = Array.from({ length: 5 }, () => setStatus(statuses[random(3)] ?? 'active'));
      const outcomes = await Promise.allSettled(acts);
      office.turns = () => 0;
      // Whoever gave up left it to its own event.
      if (outcomes.some(({ status }) => status === 'rejected')) await office.settle(ada.uid);
      await expectEnforced(`round ${round}`);
    }
  });

  describe('killed', () => {
    for (const mode of MODES)
      it(`${mode} any step of a suspension: whoever is told of it finishes it, with one record`, async () => {
        for (let step = 0; step < STEPS; step += 1) {
          await reset();
          const sid = await office.openSession(ada);
          await office.users.edit(office.pool, ada.uid, { status: 'suspended' });
          office.faults.killAt(step, mode);
          await office.settle(ada.uid).catch(() => {});
          office.faults.clear();
          await office.settle(ada.uid);
          await expectEnforced(`step ${step}`);
          expect(await office.isLive(sid), `step ${step}`).to.equal(false);
          expect(office.done(), `step ${step}`).to.deep.equal(['user.status_changed active suspended']);
        }
      });
  });
});
