import { expect } from 'chai';
import { BY } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { UserOffice } from '../../test/support/user-office.js';
import { userId } from './user-id.js';
import type { UserRecord, UserStatus } from './user-record.js';

describe('UserAdmin', () => {
  let office: UserOffice;
  let ada: UserRecord;
  beforeEach(async () => {
    office = new UserOffice();
    ada = await office.enroll();
  });

  const setStatus = (status: UserStatus) => office.admin.change(office.pool, ada.uid, { status }, BY);
  const statusOf = async () => (await office.users.find(office.pool, ada.uid))?.status;

  describe('change', () => {
    it('holds against an edit that nobody has looked at yet', async () => {
      await office.users.edit(office.pool, ada.uid, { status: 'suspended' });
      expect(await statusOf()).to.equal('suspended');
      await setStatus('active');
      await office.admin.settle(office.pool, ada.uid, BY);
      expect([await statusOf(), await office.isEnabled(ada)]).to.deep.equal(['active', true]);
      expect(office.done()).to.deep.equal([]);
    });

    for (const status of ['suspended', 'banned'] as const)
      it(`to ${status} ends sessions and the identity; back, sessions stay dead`, async () => {
        const [sid, other] = [await office.openSession(ada), await office.enroll()];
        const others = await office.openSession(other);
        await setStatus(status);
        expect([await statusOf(), await office.isEnabled(ada), await office.isLive(sid)]).to.deep.equal([
          status,
          false,
          false,
        ]);
        expect([await office.isEnabled(other), await office.isLive(others)]).to.deep.equal([true, true]);
        await setStatus('active');
        expect([await statusOf(), await office.isEnabled(ada), await office.isLive(sid)]).to.deep.equal([
          'active',
          true,
          false,
        ]);
        expect(office.done()).to.deep.equal([
          `user.status_changed active ${status}`,
          `user.status_changed ${status} active`,
        ]);
      });

    it('of kyc_status and role ends nothing, and writes a record each', async () => {
      const sid = await office.openSession(ada);
      await office.admin.change(office.pool, ada.uid, { kyc_status: 'approved', role: 'admin' }, BY);
      expect(await office.users.find(office.pool, ada.uid)).to.include({ kyc_status: 'approved', role: 'admin' });
      expect([await office.isEnabled(ada), await office.isLive(sid)]).to.deep.equal([true, true]);
      expect(office.done()).to.deep.equal(['user.kyc_changed pending approved', 'user.role_changed user admin']);
      for (const { actor, target, orgId } of office.audit.records)
        expect({ actor, target, orgId }).to.deep.equal({
          actor: BY,
          target: { kind: 'user', id: ada.uid },
          orgId: office.pool.id,
        });
    });

    it('twice writes one record; ten at once as well', async () => {
      for (let count = 0; count < 2; count += 1) await setStatus('suspended');
      await Promise.all(Array.from({ length: 10 }, () => setStatus('banned')));
      expect(office.done()).to.deep.equal([
        'user.status_changed active suspended',
        'user.status_changed suspended banned',
      ]);
      expect(await office.isEnabled(ada)).to.equal(false);
    });

    it('to what can not be is refused, by field, and changes nothing', async () => {
      const before = await office.read(ada);
      const wish = { status: 'pending', role: 'An Admin', kyc_status: 'x' as never } as const;
      const { details } = await expectCode(office.admin.change(office.pool, ada.uid, wish, BY), 'invalid_request');
      expect(details?.map(({ path }) => path)).to.have.members(['status', 'role', 'kyc_status']);
      expect(await office.read(ada)).to.deep.equal(before);
    });

    it('of nobody is "not found"', async () => {
      await expectCode(office.admin.change(office.pool, userId.generate(), { role: 'admin' }, BY), 'not_found');
    });

    it('needs no identity: one that is gone can not log in', async () => {
      await office.ports.identities.delete(office.pool, ada.uid);
      await setStatus('banned');
      expect(await statusOf()).to.equal('banned');
    });
  });

  describe('delete', () => {
    it('removes user, identity, sessions and contacts, and writes one record', async () => {
      const [sid, other] = [await office.openSession(ada), await office.enroll()];
      const others = await office.openSession(other);
      await office.admin.delete(office.pool, ada.uid, BY);
      expect(await office.users.read(office.pool, ada.uid)).to.equal(null);
      expect(await office.ports.identities.find(office.pool, ada.uid)).to.equal(null);
      expect(await office.ports.sessions.find(sid)).to.equal(null);
      expect(await office.reservations.find(office.keysOf(ada))).to.deep.equal([]);
      expect(office.done()).to.deep.equal(['user.deleted']);
      expect([await office.isEnabled(other), await office.isLive(others)]).to.deep.equal([true, true]);
      await expectCode(office.admin.delete(office.pool, ada.uid, BY), 'not_found');
    });

    it('stopped anywhere, goes on when it is run again, and frees the contacts last', async () => {
      for (let step = 0; ; step += 1) {
        office = new UserOffice();
        ada = await office.enroll();
        office.faults.killAt(step, 'before');
        const isDone = await office.admin.delete(office.pool, ada.uid, BY).then(
          () => true,
          () => false,
        );
        office.faults.clear();
        if (isDone) break;
        expect(await office.reservations.find(office.keysOf(ada)), `step ${step}`).to.have.length(2);
        await office.admin.delete(office.pool, ada.uid, BY);
        expect(await office.ports.identities.find(office.pool, ada.uid)).to.equal(null);
        expect(await office.reservations.find(office.keysOf(ada))).to.deep.equal([]);
        expect(office.done()).to.deep.equal(['user.deleted']);
      }
    });
  });

  it('unlock, get and list', async () => {
    expect(await office.admin.get(office.pool, ada.uid)).to.deep.equal(ada);
    expect((await office.admin.list(office.pool, 10)).map(({ uid }) => uid)).to.deep.equal([ada.uid]);
    expect(await office.admin.list(office.pool, 10, ada.uid)).to.deep.equal([]);
    await office.admin.unlock(office.pool, ada.uid, BY);
    await expectCode(office.admin.get(office.pool, userId.generate()), 'not_found');
    await expectCode(office.admin.unlock(office.pool, userId.generate(), BY), 'not_found');
  });
});
