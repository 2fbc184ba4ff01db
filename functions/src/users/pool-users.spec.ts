import { expect } from 'chai';
import { FaultPlan } from '../../test/support/fault-plan.js';
import { newUser } from '../../test/support/records.js';
import { ManualClock, newPool } from '../../test/support/unit-fixtures.js';
import { memoryPorts } from '../adapters/memory/memory-ports.js';
import type { Contact } from '../contacts/contact.js';
import { MAIN_POOL, type Pool } from '../identity/pool.js';
import { PoolUsers } from './pool-users.js';
import { userId } from './user-id.js';
import type { PoolUser, UserRecord } from './user-record.js';

const PHONE = '+12025550143';

describe('PoolUsers', () => {
  let ports: ReturnType<typeof memoryPorts>;
  let calls: FaultPlan;
  let users: PoolUsers;
  beforeEach(() => {
    ports = memoryPorts('demo-gatehouse', new ManualClock());
    calls = new FaultPlan();
    users = new PoolUsers({
      users: calls.wrap('users', ports.users),
      identities: calls.wrap('identities', ports.identities),
    });
  });

  const emailOf = (value: string): Contact => ({ kind: 'email', value });
  const phoneOf = (value: string): Contact => ({ kind: 'phone', value });

  /** Made past us, as the client SDK does it. */
  async function signedUp(pool: Pool = MAIN_POOL): Promise<{ uid: PoolUser['uid']; email: string }> {
    const identity = { uid: userId.generate(), email: `${userId.generate()}@example.com`, password: 'a password' };
    await ports.identities.create(pool, identity);
    return identity;
  }

  describe('has, of the main app, who Identity Platform has', () => {
    it('a new user, by uid and by email, in one call each', async () => {
      const { uid, email } = await signedUp();
      const user: PoolUser = {
        uid,
        email,
        phone_number: null,
        email_verified: false,
        phone_verified: false,
        status: 'active',
        role: 'user',
      };
      expect(await users.find(MAIN_POOL, uid)).to.deep.equal(user);
      expect(await users.findByContact(MAIN_POOL, emailOf(email))).to.deep.equal(user);
      expect(calls.calls).to.deep.equal(['identities.find', 'identities.findByContact']);
    });

    it('with a number, which is a verified one, and by it', async () => {
      const { uid } = await signedUp();
      await ports.identities.setPhone(MAIN_POOL, uid, PHONE);
      expect(await users.find(MAIN_POOL, uid)).to.include({ phone_number: PHONE, phone_verified: true });
      expect(await users.findByContact(MAIN_POOL, phoneOf(PHONE))).to.include({ uid });
    });

    it('suspended, whoever was disabled', async () => {
      const { uid, email } = await signedUp();
      await ports.identities.setDisabled(MAIN_POOL, uid, true);
      expect(await users.find(MAIN_POOL, uid)).to.include({ status: 'suspended' });
      expect(await users.findByContact(MAIN_POOL, emailOf(email))).to.include({ status: 'suspended' });
    });

    it('and nobody else: not who has only a profile', async () => {
      const user = newUser();
      await ports.users.create(MAIN_POOL, user, []);
      expect(await users.find(MAIN_POOL, user.uid)).to.equal(null);
      for (const contact of [emailOf(user.email), phoneOf(user.phone_number)])
        expect(await users.findByContact(MAIN_POOL, contact)).to.equal(null);
    });

    it('verified by email once that is marked; a number needs no mark', async () => {
      const { uid } = await signedUp();
      await users.markVerified(MAIN_POOL, uid, 'phone');
      expect(calls.calls).to.deep.equal([]);
      await users.markVerified(MAIN_POOL, uid, 'email');
      expect(await users.find(MAIN_POOL, uid)).to.include({ email_verified: true, phone_verified: false });
    });

    it('and marks nobody who was deleted meanwhile', async () => {
      await users.markVerified(MAIN_POOL, userId.generate(), 'email');
    });
  });

  describe('has, of an org, who has a profile', () => {
    let pool: Pool;
    let user: UserRecord;
    beforeEach(async () => {
      [pool, user] = [newPool(), newUser({ status: 'suspended', role: 'admin' })];
      await ports.users.create(pool, user, []);
    });

    it('as the profile has it, without asking Identity Platform', async () => {
      expect(await users.find(pool, user.uid)).to.deep.equal(user);
      for (const contact of [emailOf(user.email), phoneOf(user.phone_number)])
        expect(await users.findByContact(pool, contact)).to.deep.equal(user);
      for (const kind of ['email', 'phone'] as const) await users.markVerified(pool, user.uid, kind);
      expect(await users.find(pool, user.uid)).to.include({ email_verified: true, phone_verified: true });
      expect(calls.calls.filter((call) => !call.startsWith('users.'))).to.deep.equal([]);
    });

    it('and nobody else: not who has only an identity', async () => {
      const { uid, email } = await signedUp(pool);
      expect(await users.find(pool, uid)).to.equal(null);
      expect(await users.findByContact(pool, emailOf(email))).to.equal(null);
    });

    /** T-01. */
    it('in its own pool alone', async () => {
      for (const elsewhere of [MAIN_POOL, newPool()]) {
        expect(await users.find(elsewhere, user.uid)).to.equal(null);
        expect(await users.findByContact(elsewhere, emailOf(user.email))).to.equal(null);
      }
    });
  });
});
