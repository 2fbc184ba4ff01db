import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../src/lib/clock.js';
import { sessionId } from '../src/sessions/session-id.js';
import { expectFailure, expectSuccess } from './support/account-answers.js';
import { DOCUMENTED_ERRORS, PUBLIC_OPERATIONS, SESSION_OPERATIONS } from './support/account-documented.js';
import { type AccountUser, newPassword, newPhone, newSignup } from './support/account-scenario.js';
import { type ApiResponse, expectStatus } from './support/api-client.js';
import { codesTo, describeApp, describeMemoryApp, type TestApp } from './support/describe-app.js';
import { holdEach } from './support/test-clock.js';

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const UPDATED = { message: 'Password updated successfully' };

for (const [name, describeHere] of [
  ['in memory', describeMemoryApp],
  ['on the emulators', describeApp],
] as const) {
  describeHere(`The documented answers of the Account API, ${name}`, (app) => {
    successes(app);
    failures(app);
  });
}

/** Each `data` that the documentation shows, whole. */
function successes(app: () => TestApp): void {
  const tokenOf = ({ body }: ApiResponse): string => {
    expect(body.data.token).to.match(TOKEN);
    return body.data.token;
  };
  const sidOf = (token: string) => decodeJwt(token)['sid'];

  it('signup and login answer uid, email and token', async () => {
    const { account, outbox } = app();
    const { email, password, ...names } = newSignup();
    const signedUp = await account.call('signup', { email: email.toUpperCase(), password, ...names });
    const { uid } = signedUp.body.data;
    expect(uid).to.match(/^usr_/);
    expectSuccess(signedUp, { uid, email, token: tokenOf(signedUp) });
    expect(signedUp.headers.get('otp-delivery')).to.equal('sent');
    expect(codesTo(outbox, email))
      .to.have.length(1)
      .and.to.match(/^\d{6}$/);
    const loggedIn = await account.call('login', { email: email.toUpperCase(), password });
    expectSuccess(loggedIn, { uid, email, token: tokenOf(loggedIn) });
    expect(sidOf(tokenOf(loggedIn))).not.to.equal(sidOf(tokenOf(signedUp)));
  });

  it('codes verify emails and phones', async () => {
    const { account, outbox } = app();
    const { email, token } = await account.signUp();
    expectSuccess(await account.call('requestEmailVerification', {}, token), { message: 'OTP sent to email' });
    const code = codesTo(outbox, email).at(-1);
    expectSuccess(await account.call('verifyEmail', { code }, token), { verified: true });
    const phone = newPhone();
    expectSuccess(await account.call('requestPhoneVerification', { phone }, token), { message: 'OTP sent to phone' });
    const sms = codesTo(outbox, phone).at(-1);
    expectSuccess(await account.call('verifyPhone', { phone, code: sms }, token), { verified: true });
  });

  it('forgotPassword and resetPassword set another one, and end every session', async () => {
    const { account, drain, outbox } = app();
    const user = await account.signUp();
    expectSuccess(await account.call('forgotPassword', { email: user.email }), null);
    await drain();
    const code = codesTo(outbox, user.email).at(-1);
    const password = newPassword();
    expectSuccess(await account.call('resetPassword', { email: user.email, code, newPassword: password }), UPDATED);
    expect(await account.isLive(user.token)).to.equal(false);
    expectFailure(await account.call('login', user), 401, 'Invalid credentials');
    expect(await account.isLive(await account.logIn({ ...user, password }))).to.equal(true);
  });

  it('changePassword sets another one, and ends every other session', async () => {
    const { account } = app();
    const user = await account.signUp();
    const own = await account.logIn(user);
    const password = newPassword();
    const body = { oldPassword: user.password, newPassword: password };
    expectSuccess(await account.call('changePassword', body, own), UPDATED);
    expect([await account.isLive(own), await account.isLive(user.token)]).to.deep.equal([true, false]);
    expectFailure(await account.call('login', user), 401, 'Invalid credentials');
    await account.logIn({ ...user, password });
  });

  it('refreshToken keeps the session; logout ends it, and no other', async () => {
    const { account } = app();
    const user = await account.signUp();
    const token = await account.logIn(user);
    const refreshed = await account.call('refreshToken', {}, token);
    const next = tokenOf(refreshed);
    expectSuccess(refreshed, { token: next });
    expect(sidOf(next)).to.equal(sidOf(token));
    expectSuccess(await account.call('logout', {}, next), { message: 'Logged out successfully' });
    const live = await Promise.all([token, next, user.token].map((one) => account.isLive(one)));
    expect(live).to.deep.equal([false, false, true]);
  });
}

/** Each error that the documentation words. */
function failures(app: () => TestApp): void {
  holdEach(() => app().clock);
  let ada: AccountUser;
  before(async () => {
    ada = await app().account.signUp();
  });

  for (const { operation, status, message, bodies } of DOCUMENTED_ERRORS)
    it(`${operation}: ${status} ${message}, for ${Object.keys(bodies).join(', ')}`, async () => {
      const isOpen = PUBLIC_OPERATIONS.includes(operation) || message === 'Unauthorized';
      for (const body of Object.values(bodies)) {
        const response = await app().account.call(operation, body(ada), isOpen ? undefined : ada.token);
        expectFailure(response, status, message);
        expect(response.text).not.to.include(ada.email);
      }
    });

  it('401 Unauthorized for every token that is over', async () => {
    const { account } = app();
    const over = await account.logIn(ada);
    expectStatus(await account.call('logout', {}, over), 200);
    for (const operation of SESSION_OPERATIONS)
      expectFailure(await account.call(operation, {}, over), 401, 'Unauthorized', 'invalid_session');
  });

  it('requestPhoneVerification: 429 Too many requests, for the fourth in ten minutes', async () => {
    const { account } = app();
    const { token } = await account.signUp();
    const phone = newPhone();
    const ask = () => account.call('requestPhoneVerification', { phone }, token);
    for (const _ of [1, 2, 3]) expectStatus(await ask(), 200);
    expectFailure(await ask(), 429, 'Too many requests', 'rate_limited');
  });

  it('409 for a phone of somebody else’s, when its code is asked for and when it is brought', async () => {
    const { account } = app();
    const [eve, phone] = [await account.signUp(), newPhone()];
    const code = await account.sendPhoneCode(phone, eve.token);
    await account.verifyPhone(ada.token, phone);
    for (const [operation, body] of [
      ['requestPhoneVerification', { phone }],
      ['verifyPhone', { phone, code }],
    ] as const) {
      const message = 'This phone number belongs to another account';
      expectFailure(await account.call(operation, body, eve.token), 409, message, 'already_exists');
    }
  });
}

describeMemoryApp('Sessions of the main app', (app) => {
  it('last for 30 days from the login, however often they are refreshed', async () => {
    const { account, clock, ports } = app();
    let { token } = await account.signUp();
    const begun = clock.now();
    const sid = decodeJwt(token)['sid'];
    const session = sessionId.is(sid) ? await ports.sessions.find(sid) : null;
    const end = session?.expiresAt.getTime() ?? 0;
    expect(end).to.be.within(begun + 30 * DAY_MS - MINUTE_MS, begun + 30 * DAY_MS);
    while (clock.now() + HOUR_MS < end) {
      clock.advance(50 * MINUTE_MS);
      token = expectStatus(await account.call('refreshToken', {}, token), 200).body.data.token;
    }
    clock.advance(end - clock.now() - MINUTE_MS);
    token = expectStatus(await account.call('refreshToken', {}, token), 200).body.data.token;
    clock.advance(MINUTE_MS);
    expectFailure(await account.call('refreshToken', {}, token), 401, 'Unauthorized');
  });

  it('a token that is over an hour old opens nothing, and its session can’t be refreshed by it', async () => {
    const { account, clock } = app();
    const { token } = await account.signUp();
    clock.advance(HOUR_MS + MINUTE_MS);
    expectFailure(await account.call('refreshToken', {}, token), 401, 'Unauthorized');
  });
});
