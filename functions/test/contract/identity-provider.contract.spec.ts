import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { IdentityProvider } from '../../src/identity/identity-provider.js';
import { MAIN_POOL, type OrgPool } from '../../src/identity/pool.js';
import { orgId } from '../../src/orgs/org-id.js';
import { sessionId } from '../../src/sessions/session-id.js';
import { userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { testStack } from '../support/global-stack.js';
import { expectCode } from '../support/unit-fixtures.js';

const NO_PHONE = '+15005550000';

function newIdentity() {
  return { uid: userId.generate(), email: `user.${randomUUID()}@example.com`, password: `pass ${randomUUID()}` };
}

describeContract('IdentityProvider', (ports, adapters) => {
  let provider: IdentityProvider;
  let pool: OrgPool;
  let other: OrgPool;
  before(async () => {
    provider = ports().identities;
    const newTenant = async (name: string) => {
      const id = orgId.generate();
      return { id, tenantId: await ports().tenants.create(id, name) };
    };
    [pool, other] = [await newTenant('Acme'), await newTenant('Globex')];
  });

  async function created(inPool: OrgPool | typeof MAIN_POOL = pool) {
    const identity = newIdentity();
    expect(await provider.create(inPool, identity)).to.equal('created');
    return identity;
  }

  const check = ({ email, password }: { email: string; password: string }, inPool = pool) =>
    provider.checkPassword(inPool, email, password);
  const REFUSED = { outcome: 'refused' };

  it('creates users under our uid, who have their password from then on', async () => {
    const identity = await created();
    expect(await provider.find(pool, identity.uid)).to.have.property('email', identity.email);
    expect(await check(identity)).to.deep.equal({ outcome: 'accepted', uid: identity.uid });
  });

  it('takes passwords of any script, as long as ours may be, and reads them whole', async () => {
    for (const password of [
      '      ',
      '🔑'.repeat(256),
      `${'a'.repeat(255)}b`,
      'naïve "quoted" \\ \u0301',
      'tab\tline\nend',
    ]) {
      const identity = { ...newIdentity(), password };
      await provider.create(pool, identity);
      expect(await check(identity)).to.have.property('outcome', 'accepted');
      expect(await check({ ...identity, password: `${password.slice(0, -1)}c` })).to.deep.equal(REFUSED);
    }
  });

  it('tells that an email or a uid is taken, and changes nothing of who has it', async () => {
    const identity = await created();
    expect(await provider.create(pool, { ...newIdentity(), email: identity.email })).to.equal('taken');
    expect(await provider.create(pool, { ...newIdentity(), uid: identity.uid })).to.equal('taken');
    expect(await provider.create(pool, identity)).to.equal('taken');
    expect(await check(identity)).to.deep.equal({ outcome: 'accepted', uid: identity.uid });
  });

  it('creates one of 20 parallel ones with the same email', async () => {
    const { email } = newIdentity();
    const outcomes = await Promise.all(times(20, () => provider.create(pool, { ...newIdentity(), email })));
    expect(outcomes.filter((outcome) => outcome === 'created')).to.have.length(1);
  });

  it('answers a wrong password, nobody, and a disabled user alike', async () => {
    const identity = await created();
    expect(await check({ ...identity, password: `${identity.password}x` })).to.deep.equal(REFUSED);
    expect(await check(newIdentity())).to.deep.equal(REFUSED);
    await provider.setDisabled(pool, identity.uid, true);
    expect(await check(identity)).to.deep.equal(REFUSED);
    await provider.setDisabled(pool, identity.uid, false);
    expect(await check(identity)).to.have.property('outcome', 'accepted');
  });

  it('replaces a password', async () => {
    const identity = await created();
    await provider.setPassword(pool, identity.uid, 'a new one');
    expect(await check(identity)).to.deep.equal(REFUSED);
    expect(await check({ ...identity, password: 'a new one' })).to.have.property('outcome', 'accepted');
  });

  it('deletes, also who is gone; the email is free again', async () => {
    const identity = await created();
    for (const _ of times(2, String)) await provider.delete(pool, identity.uid);
    expect(await provider.find(pool, identity.uid)).to.equal(null);
    expect(await check(identity)).to.deep.equal(REFUSED);
    expect(await provider.create(pool, { ...newIdentity(), email: identity.email })).to.equal('created');
  });

  it('says "not found" for changes to nobody', async () => {
    await expectCode(provider.setPassword(pool, userId.generate(), 'a new one'), 'not_found');
    await expectCode(provider.setDisabled(pool, userId.generate(), true), 'not_found');
  });

  /** T-01. */
  it('keeps tenants and the main app apart', async () => {
    const identity = await created();
    for (const elsewhere of [other, MAIN_POOL]) {
      expect(await provider.find(elsewhere, identity.uid)).to.equal(null);
      expect(await provider.checkPassword(elsewhere, identity.email, identity.password)).to.deep.equal(REFUSED);
      expect(await provider.anyWithContact(elsewhere, { email: identity.email, phone: NO_PHONE })).to.equal(false);
      await expectCode(provider.setPassword(elsewhere, identity.uid, 'a new one'), 'not_found');
      await provider.delete(elsewhere, identity.uid);
    }
    expect(await check(identity)).to.have.property('outcome', 'accepted');
    const twin = { ...newIdentity(), email: identity.email };
    expect(await provider.create(other, twin)).to.equal('created');
    expect(await check(twin)).to.deep.equal(REFUSED);
    expect(await check(twin, other)).to.deep.equal({ outcome: 'accepted', uid: twin.uid });
  });

  it('finds whether anybody of the main app has an email', async () => {
    const { email } = await created(MAIN_POOL);
    expect(await provider.anyWithContact(MAIN_POOL, { email, phone: NO_PHONE })).to.equal(true);
    expect(await provider.anyWithContact(MAIN_POOL, { email: newIdentity().email, phone: NO_PHONE })).to.equal(false);
  });

  if (adapters === 'emulators')
    it('finds whether anybody of the main app has a phone number', async () => {
      const phone = `+1202555${String(Math.floor(Date.now() % 10_000)).padStart(4, '0')}`;
      const { authEmulator, projectId } = testStack();
      await fetch(`http://${authEmulator}/identitytoolkit.googleapis.com/v1/projects/${projectId}/accounts`, {
        method: 'POST',
        headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
        body: JSON.stringify({ localId: userId.generate(), phoneNumber: phone }),
      });
      expect(await provider.anyWithContact(MAIN_POOL, { email: newIdentity().email, phone })).to.equal(true);
    });

  describe('with signer, exchanger and verifier', () => {
    const claims = () => ({ sid: sessionId.generate(), org_id: pool.id, role: 'user', auth_methods: ['pwd', 'otp'] });

    it('makes a token that is known again in its pool alone', async () => {
      const { uid } = await created();
      const { sid, ...rest } = claims();
      const { token, expiresAt } = await ports().exchanger.exchange(
        pool,
        await ports().signer.sign(pool, uid, { sid, ...rest }),
      );
      expect(expiresAt).to.be.within(Date.now() + 3_500_000, Date.now() + 3_700_000);
      expect(await ports().verifier.verify(pool, token)).to.deep.equal({ uid, sid });
      for (const elsewhere of [other, MAIN_POOL])
        await expectCode(ports().verifier.verify(elsewhere, token), 'invalid_session');
    });

    it('makes none for a disabled or deleted user, and no user either', async () => {
      const { uid } = await created();
      const exchange = async () => ports().exchanger.exchange(pool, await ports().signer.sign(pool, uid, claims()));
      await provider.setDisabled(pool, uid, true);
      await expectCode(exchange(), 'user_inactive');
      await provider.delete(pool, uid);
      await expectCode(exchange(), 'user_inactive');
      expect(await provider.find(pool, uid), 'made anew').to.equal(null);
    });
  });
});
