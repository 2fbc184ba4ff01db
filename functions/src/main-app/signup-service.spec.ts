import { expect } from 'chai';
import { times } from '../../test/support/describe-contract.js';
import { checkedSignup, MainAppDesk } from '../../test/support/main-app-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../identity/pool.js';
import { LIMITS } from '../limits/limit-policy.js';
import { userId } from '../users/user-id.js';
import type { Signup } from './signup-service.js';

describe('SignupService', () => {
  let desk: MainAppDesk;
  let ada: Signup;
  beforeEach(() => {
    desk = new MainAppDesk();
    ada = checkedSignup();
  });

  it('makes a user with a session, a profile and a password, and sends a code to the email', async () => {
    const { user, token, delivery } = await desk.signUp(ada);
    const { user: known } = await desk.authenticate(token.token);
    expect(known).to.deep.equal(user);
    expect(user).to.include({ email: ada.email.value, email_verified: false, phone_number: null, status: 'active' });
    expect(desk.memory.profiles.stored.get(user.uid)).to.deep.equal({
      uid: user.uid,
      first_name: ada.first_name,
      last_name: ada.last_name,
      createdAt: new Date(desk.clock.now()),
    });
    expect([await desk.knows(ada), delivery]).to.deep.equal([true, 'sent']);
    await desk.services.verification.verifyEmail(user, desk.codeTo(ada.email));
    expect((await desk.identity(user.uid))?.emailVerified).to.equal(true);
  });

  it('keeps no reservation: Identity Platform refuses the email from then on', async () => {
    await desk.signUp(ada);
    expect(await desk.reserved(ada.email)).to.deep.equal([]);
    await expectCode(desk.signUp(checkedSignup({ email: ada.email })), 'already_exists');
    expect(await desk.reserved(ada.email), 'nor one of who was refused').to.deep.equal([]);
  });

  it('takes the email of a user who was deleted in the console', async () => {
    const { user } = await desk.signUp(ada);
    await desk.memory.identities.delete(MAIN_POOL, user.uid);
    expect((await desk.signUp(ada)).user.uid).not.to.equal(user.uid);
  });

  it('refuses the email of somebody who has come past us, and changes nothing of the account', async () => {
    const other = { uid: userId.generate(), email: ada.email.value, password: 'her own' };
    await desk.memory.identities.create(MAIN_POOL, other);
    await expectCode(desk.signUp(ada), 'already_exists');
    expect(await desk.knows({ ...ada, password: 'her own' })).to.equal(true);
    expect(await desk.memory.profiles.exists(other.uid)).to.equal(false);
    expect(await desk.reserved(ada.email)).to.deep.equal([]);
  });

  it('makes one of 20 that sign up with one email at once', async () => {
    const signups = times(20, () => checkedSignup({ email: ada.email }));
    const results = await Promise.allSettled(signups.map((signup) => desk.signUp(signup)));
    const won = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const known = await Promise.all(signups.map((signup) => desk.knows(signup)));
    expect(known.flatMap((isKnown, index) => (isKnown ? [index] : []))).to.deep.equal([won]);
  });

  it('makes nothing of one sign-up too many from an address', async () => {
    await Promise.all(times(LIMITS.account_signups.windows[0].limit, () => desk.signUp()));
    await expectCode(desk.signUp(ada), 'rate_limited');
    expect(await desk.memory.identities.findByContact(MAIN_POOL, ada.email)).to.equal(null);
    expect(await desk.reserved(ada.email)).to.deep.equal([]);
  });

  describe('when the code can’t be sent', () => {
    it('signs up all the same, and tells that another is to be asked for', async () => {
      desk.provider.script.email.push(HANDOVERS.serverError);
      const { user, token, delivery } = await desk.signUp(ada);
      expect(delivery).to.equal('failed');
      await desk.authenticate(token.token);
      expect(await desk.services.verification.sendEmailCode(user, 'en')).to.include({ state: 'sent' });
    });

    it('tells that nobody knows, while nobody does', async () => {
      desk.provider.script.email.push(HANDOVERS.timedOut);
      expect((await desk.signUp(ada)).delivery).to.equal('pending');
    });

    it('hides no bug of ours behind it', async () => {
      desk.provider.onSend = () => {
        throw new TypeError('a bug');
      };
      const error = await desk.signUp(ada).catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(TypeError);
    });
  });

  it('has no session for who was disabled while signing up', async () => {
    const create = desk.memory.profiles.create.bind(desk.memory.profiles);
    desk.memory.profiles.create = async (profile, claims) => {
      await create(profile, claims);
      await desk.memory.identities.setDisabled(MAIN_POOL, profile.uid, true);
    };
    await expectCode(desk.signUp(ada, freshAttempt()), 'invalid_credentials');
  });
});
