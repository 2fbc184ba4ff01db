import { expect } from 'chai';
import { UserOffice } from '../../test/support/user-office.js';
import { userId } from './user-id.js';
import type { UserRecord } from './user-record.js';

describe('UserAdmin, edits', () => {
  let office: UserOffice;
  let ada: UserRecord;
  beforeEach(async () => {
    office = new UserOffice();
    ada = await office.enroll();
  });

  const statusOf = async () => (await office.users.find(office.pool, ada.uid))?.status;

  describe('settle', () => {
    it('makes sessions and the identity follow what was edited, once, however often it is told', async () => {
      const sid = await office.openSession(ada);
      await office.users.edit(office.pool, ada.uid, { status: 'banned' });
      expect(await statusOf(), 'before anybody has looked at it').to.equal('banned');
      for (let count = 0; count < 3; count += 1) await office.settle(ada.uid);
      expect([await office.isEnabled(ada), await office.isLive(sid)]).to.deep.equal([false, false]);
      expect(office.done()).to.deep.equal(['user.status_changed active banned']);
      expect(office.audit.records[0]?.actor.kind).to.equal('console');
      expect((await office.read(ada)).isEnforced).to.equal(true);
    });

    it('told ten times at once, writes one record', async () => {
      await office.users.edit(office.pool, ada.uid, { status: 'suspended', role: 'admin' });
      await Promise.all(Array.from({ length: 10 }, () => office.settle(ada.uid)));
      expect(office.done()).to.deep.equal(['user.status_changed active suspended', 'user.role_changed user admin']);
      expect(await office.isEnabled(ada)).to.equal(false);
    });

    it('goes by the profile, not by the order in which edits are told', async () => {
      await office.edit(ada, { status: 'suspended' });
      await office.edit(ada, { status: 'active' });
      await office.settle(ada.uid);
      expect([await statusOf(), await office.isEnabled(ada)]).to.deep.equal(['active', true]);
      expect(office.done()).to.have.length(2);
    });

    it('does nothing where nothing was edited: its own writes bring events too', async () => {
      const { version } = await office.read(ada);
      await office.settle(ada.uid);
      expect((await office.read(ada)).version).to.equal(version);
      expect(office.faults.calls).to.deep.equal(['users.read']);
    });

    it('is nothing for a profile that is gone', async () => {
      await office.settle(userId.generate());
      expect(office.done()).to.deep.equal([]);
    });
  });

  describe('an impossible value', () => {
    const BAD = { status: 'supsended', kyc_status: 'yes', role: 'An Admin' };

    it('is put back and reported, and nobody is shut out for it for good', async () => {
      const sid = await office.openSession(ada);
      await office.edit(ada, BAD);
      const { written, inForce, problems } = await office.read(ada);
      const before = { status: 'active', kyc_status: 'pending', role: 'user' };
      expect([written, inForce]).to.deep.equal([before, before]);
      expect(problems).to.have.all.keys('status', 'kyc_status', 'role');
      expect([await statusOf(), await office.isEnabled(ada), await office.isLive(sid)]).to.deep.equal([
        'active',
        true,
        true,
      ]);
      expect(office.done()).to.deep.equal([]);
    });

    it('lets nobody in for as long as it stands there', async () => {
      for (const status of ['supsended', '', null, undefined, 1]) {
        await office.users.edit(office.pool, ada.uid, { status });
        expect(await statusOf(), String(status)).to.equal('suspended');
      }
    });

    it('is put back again when it is written again', async () => {
      for (let count = 0; count < 2; count += 1) {
        await office.edit(ada, { role: 'An Admin' });
        const { written, problems } = await office.read(ada);
        expect(written.role).to.equal('user');
        expect(problems).to.have.all.keys('role');
      }
    });

    it('stays reported through events and other edits, until the field is changed to what can be', async () => {
      await office.edit(ada, { role: 'An Admin' });
      await office.settle(ada.uid);
      await office.edit(ada, { kyc_status: 'approved' });
      expect((await office.read(ada)).problems).to.have.all.keys('role');
      await office.edit(ada, { role: 'admin' });
      expect((await office.read(ada)).problems).to.deep.equal({});
    });

    it('is put back beside a good one, which holds', async () => {
      await office.edit(ada, { role: 'An Admin', status: 'banned' });
      const { written, problems } = await office.read(ada);
      expect(written).to.include({ role: 'user', status: 'banned' });
      expect(problems).to.have.all.keys('role');
      expect(await office.isEnabled(ada)).to.equal(false);
    });

    it('is not pending for who was not: that is put back', async () => {
      await office.edit(ada, { status: 'pending' });
      expect((await office.read(ada)).written.status).to.equal('active');
      expect((await office.read(ada)).problems['status']).to.match(/pending again/);
    });
  });

  it('lets who is pending become active', async () => {
    const bob = await office.enroll({ status: 'pending' });
    await office.edit(bob, { status: 'active' });
    expect((await office.users.find(office.pool, bob.uid))?.status).to.equal('active');
    expect(office.done()).to.deep.equal(['user.status_changed pending active']);
  });
});
