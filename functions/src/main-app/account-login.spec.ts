import { expect } from 'chai';
import { checkedSignup, MainAppDesk } from '../../test/support/main-app-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { TRIES_PER_CODE } from '../codes/code-policy.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../identity/pool.js';
import { SECOND_MS } from '../lib/clock.js';
import { REVOCATION_DUE_MS } from '../users/access-policy.js';

const NEW_PASSWORD = 'another password';

describe('A password of the main app', () => {
  const ada = checkedSignup();
  const withNew = { ...ada, password: NEW_PASSWORD };
  let desk: MainAppDesk;
  let fromSignup: string;
  beforeEach(async () => {
    desk = new MainAppDesk();
    fromSignup = (await desk.signUp(ada)).token.token;
    desk.clock.advance(2 * SECOND_MS);
  });

  async function reset(): Promise<void> {
    await desk.sendReset(ada.email);
    await desk.reset(ada.email, desk.codeTo(ada.email), NEW_PASSWORD);
  }

  it('opens a session at sign-up whose id the uid does not tell', async () => {
    const { session, user } = await desk.authenticate(fromSignup);
    expect(session.sid.slice(4)).to.not.equal(user.uid.slice(4));
    expect(session.sid).to.have.length(user.uid.length);
  });

  it('opens a session of its own each time', async () => {
    const [one, other] = [await desk.logIn(ada), await desk.logIn(ada)];
    const { session } = await desk.authenticate(one);
    await desk.services.sessions.end(session.sid);
    await desk.expectOver(one);
    for (const token of [other, fromSignup]) await desk.authenticate(token);
  });

  for (const [what, replace] of [
    ['a reset', () => reset()],
    ['a change', () => desk.changePassword(fromSignup, ada.password, NEW_PASSWORD)],
  ] as const)
    it(`that is the old one by ${what} while a login is under way has no session`, async () => {
      const open = desk.memory.sessions.open.bind(desk.memory.sessions);
      desk.memory.sessions.open = async (...opening) => {
        desk.memory.sessions.open = open;
        await replace();
        return open(...opening);
      };
      await desk.expectOver(await desk.logIn(ada));
      await desk.authenticate(await desk.logIn(withNew));
    });

  it('keeps the session that changed it, and no other', async () => {
    const [own, other] = [await desk.logIn(ada), await desk.logIn(ada)];
    await desk.changePassword(own, ada.password, NEW_PASSWORD);
    await desk.authenticate(own);
    for (const token of [other, fromSignup]) await desk.expectOver(token);
  });

  it('ends sessions where it was changed elsewhere, by the client SDK or in the console', async () => {
    const { user } = await desk.authenticate(fromSignup);
    await desk.memory.identities.setPassword(MAIN_POOL, user.uid, NEW_PASSWORD);
    await desk.expectOver(fromSignup);
    await desk.authenticate(await desk.logIn(withNew));
  });

  it('that was changed ends codes that verify a contact, and forgives no wrong ones', async () => {
    const { verification } = desk.services;
    const { user } = await desk.authenticate(fromSignup);
    const first = desk.codeTo(ada.email);
    for (let wrong = 0; wrong < TRIES_PER_CODE - 1; wrong += 1)
      await expectCode(verification.verifyEmail(user, 'wrong'), 'invalid_code');
    await desk.changePassword(fromSignup, ada.password, NEW_PASSWORD);
    await expectCode(verification.verifyEmail(user, first), 'invalid_code');
    await verification.sendEmailCode(user, 'en');
    await expectCode(verification.verifyEmail(user, 'wrong'), 'invalid_code');
    await expectCode(verification.verifyEmail(user, desk.codeTo(ada.email)), 'locked_out');
  });

  it('that was reset is not changed by whoever has shown the old one before', async () => {
    const add = desk.memory.revocations.add.bind(desk.memory.revocations);
    desk.memory.revocations.add = async (revocation) => {
      desk.memory.revocations.add = add;
      await reset();
      return add(revocation);
    };
    await expectCode(desk.changePassword(fromSignup, ada.password, 'the thief’s own'), 'invalid_session');
    await desk.authenticate(await desk.logIn(withNew));
  });

  it('that was reset keeps out whoever signed up, though the sign-up is repeated with its key', async () => {
    const eve = checkedSignup();
    const attempt = freshAttempt();
    const { user } = await desk.signUp(eve, attempt);
    await desk.sendReset(eve.email);
    await desk.reset(eve.email, desk.codeTo(eve.email), NEW_PASSWORD);
    await expectCode(desk.signUp(eve, { ...attempt, resumed: true }), 'invalid_credentials');
    const again = await desk.signUp({ ...eve, password: NEW_PASSWORD }, { ...attempt, resumed: true });
    expect(again.user.uid).to.equal(user.uid);
  });

  it('keeps out sign-ins that were ended since, whatever is swept up later', async () => {
    const { user } = await desk.authenticate(fromSignup);
    desk.memory.identities.setPassword = () => Promise.reject(new Error('the connection broke'));
    await desk.changePassword(fromSignup, ada.password, NEW_PASSWORD).catch(() => {});
    desk.clock.advance(REVOCATION_DUE_MS + 5 * SECOND_MS);
    const signedIn = desk.idToken(user.uid);
    await desk.authenticate(signedIn);
    desk.clock.advance(5 * SECOND_MS);
    await desk.services.accountSessions.end(await desk.authenticate(desk.idToken(user.uid)));
    await desk.expectOver(signedIn);
    expect((await desk.sweep()).passwords.done).to.equal(1);
    await desk.expectOver(signedIn);
  });
});
