import { randomInt, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Contact } from '../../src/contacts/contact.js';
import type { IdentityProvider } from '../../src/identity/identity-provider.js';
import { MAIN_POOL, type Pool } from '../../src/identity/pool.js';
import { SECOND_MS } from '../../src/lib/clock.js';
import { orgId } from '../../src/orgs/org-id.js';
import { type UserId, userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { expectCode } from '../support/unit-fixtures.js';

const newPhone = () => `+1${randomInt(2_000_000_000, 9_999_999_999)}`;
const emailOf = (value: string): Contact => ({ kind: 'email', value });
const phoneOf = (value: string): Contact => ({ kind: 'phone', value });

describeContract('IdentityProvider, of contacts and sign-ins', (ports) => {
  let provider: IdentityProvider;
  let tenant: Pool;
  before(async () => {
    provider = ports().identities;
    const id = orgId.generate();
    tenant = { id, tenantId: await ports().tenants.create(id, 'Acme') };
  });

  async function created(pool: Pool = MAIN_POOL): Promise<{ readonly uid: UserId; readonly email: string }> {
    const identity = { uid: userId.generate(), email: `user.${randomUUID()}@example.com`, password: 'a password' };
    expect(await provider.create(pool, identity)).to.equal('created');
    return identity;
  }

  /** A user as it is now; whoever is asked for must be there. */
  async function found(uid: UserId, pool: Pool = MAIN_POOL) {
    const identity = await provider.find(pool, uid);
    if (identity === null) throw new Error('the user is gone');
    return identity;
  }

  it('has of a new user an email that nobody has verified, and no phone number', async () => {
    const { uid, email } = await created();
    const before = Date.now();
    const { signInsValidFrom, ...rest } = await found(uid);
    expect(rest).to.deep.include({ uid, email, emailVerified: false, phone: null, disabled: false });
    expect(signInsValidFrom.getTime()).to.be.at.most(before);
  });

  it('tells who is disabled', async () => {
    const { uid } = await created();
    await provider.setDisabled(MAIN_POOL, uid, true);
    expect((await found(uid)).disabled).to.equal(true);
    await provider.setDisabled(MAIN_POOL, uid, false);
    expect((await found(uid)).disabled).to.equal(false);
  });

  describe('findByContact', () => {
    it('finds a user by email and by phone number, as by uid', async () => {
      const [{ uid, email }, phone] = [await created(), newPhone()];
      await provider.setPhone(MAIN_POOL, uid, phone);
      for (const contact of [emailOf(email), phoneOf(phone)])
        expect(await provider.findByContact(MAIN_POOL, contact)).to.deep.equal(await found(uid));
    });

    it('finds nobody by what nobody has', async () => {
      for (const contact of [emailOf(`nobody.${randomUUID()}@example.com`), phoneOf(newPhone())])
        expect(await provider.findByContact(MAIN_POOL, contact)).to.equal(null);
    });

    /** T-01. */
    it('finds nobody of another pool', async () => {
      const [inMain, inTenant, phone] = [await created(), await created(tenant), newPhone()];
      await provider.setPhone(MAIN_POOL, inMain.uid, phone);
      for (const contact of [emailOf(inMain.email), phoneOf(phone)])
        expect(await provider.findByContact(tenant, contact)).to.equal(null);
      expect(await provider.findByContact(MAIN_POOL, emailOf(inTenant.email))).to.equal(null);
    });

    it('finds nobody by what was replaced, or belonged to a deleted user', async () => {
      const [{ uid, email }, old, next] = [await created(), newPhone(), newPhone()];
      await provider.setPhone(MAIN_POOL, uid, old);
      await provider.setPhone(MAIN_POOL, uid, next);
      expect(await provider.findByContact(MAIN_POOL, phoneOf(old))).to.equal(null);
      await provider.delete(MAIN_POOL, uid);
      for (const contact of [emailOf(email), phoneOf(next)])
        expect(await provider.findByContact(MAIN_POOL, contact)).to.equal(null);
    });
  });

  describe('markEmailVerified', () => {
    it('changes nothing else, and twice is no error', async () => {
      const { uid } = await created();
      const before = await found(uid);
      for (const _ of times(2, String)) await provider.markEmailVerified(MAIN_POOL, uid);
      expect(await found(uid)).to.deep.equal({ ...before, emailVerified: true });
    });

    it('says "not found" of nobody', async () => {
      await expectCode(provider.markEmailVerified(MAIN_POOL, userId.generate()), 'not_found');
    });
  });

  describe('setPhone', () => {
    it('gives a number, to the same user as often as asked, and changes nothing else', async () => {
      const [{ uid }, phone] = [await created(), newPhone()];
      const before = await found(uid);
      for (const _ of times(2, String)) expect(await provider.setPhone(MAIN_POOL, uid, phone)).to.equal('set');
      expect(await found(uid)).to.deep.equal({ ...before, phone });
    });

    it('does not take a number from another user of the pool', async () => {
      const [ada, eve, phone] = [await created(), await created(), newPhone()];
      await provider.setPhone(MAIN_POOL, ada.uid, phone);
      expect(await provider.setPhone(MAIN_POOL, eve.uid, phone)).to.equal('taken');
      expect((await found(eve.uid)).phone).to.equal(null);
      expect((await found(ada.uid)).phone).to.equal(phone);
    });

    it('has a number free for others once its user has another', async () => {
      const [ada, eve, phone] = [await created(), await created(), newPhone()];
      await provider.setPhone(MAIN_POOL, ada.uid, phone);
      await provider.setPhone(MAIN_POOL, ada.uid, newPhone());
      expect(await provider.setPhone(MAIN_POOL, eve.uid, phone)).to.equal('set');
    });

    it('gives a number that somebody of another pool has', async () => {
      const [ada, eve, phone] = [await created(), await created(tenant), newPhone()];
      await provider.setPhone(MAIN_POOL, ada.uid, phone);
      expect(await provider.setPhone(tenant, eve.uid, phone)).to.equal('set');
    });

    it('has one winner of 20 users who are given one number at once', async () => {
      const [users, phone] = [await Promise.all(times(20, () => created())), newPhone()];
      const outcomes = await Promise.all(users.map(({ uid }) => provider.setPhone(MAIN_POOL, uid, phone)));
      expect(outcomes.filter((outcome) => outcome === 'set')).to.have.length(1);
      const owners = await Promise.all(users.map(({ uid }) => found(uid)));
      const owner = users[outcomes.indexOf('set')]?.uid;
      expect(owners.filter((one) => one.phone === phone).map(({ uid }) => uid)).to.deep.equal([owner]);
    });

    it('says "not found" of nobody', async () => {
      await expectCode(provider.setPhone(MAIN_POOL, userId.generate(), newPhone()), 'not_found');
    });
  });

  describe('endSignIns', () => {
    it('is known of the user from then on, to the second, and changes nothing else', async () => {
      const { uid } = await created();
      const before = await found(uid);
      const ended = new Date(before.signInsValidFrom.getTime() + 90 * SECOND_MS);
      await provider.endSignIns(MAIN_POOL, uid, ended);
      expect(await found(uid)).to.deep.equal({ ...before, signInsValidFrom: ended });
    });

    it('touches no other user', async () => {
      const [ada, eve] = [await created(), await created()];
      const before = await found(eve.uid);
      await provider.endSignIns(MAIN_POOL, ada.uid, new Date(Date.UTC(2030, 0, 1)));
      expect(await found(eve.uid)).to.deep.equal(before);
    });

    it('says "not found" of nobody', async () => {
      await expectCode(provider.endSignIns(MAIN_POOL, userId.generate(), new Date(0)), 'not_found');
    });

    it('comes with a new password too', async () => {
      const { uid } = await created();
      await provider.endSignIns(MAIN_POOL, uid, new Date(0));
      await provider.setPassword(MAIN_POOL, uid, 'a new one');
      expect((await found(uid)).signInsValidFrom.getTime()).to.be.greaterThan(0);
    });
  });
});
