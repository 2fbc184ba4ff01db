import { expect } from 'chai';
import { signInAnonymously, updatePassword } from 'firebase/auth';
import { decodeJwt } from 'jose';
import { DAY_MS, SECOND_MS } from '../src/lib/clock.js';
import { expectFailure, expectSuccess } from './support/account-answers.js';
import { type AccountUser, newPassword, newPhone, newSignup } from './support/account-scenario.js';
import { SdkClient } from './support/account-sdk.js';
import { AccountStore } from './support/account-store.js';
import { expectStatus } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';

/** What the SDK's user is to the API: the token is the SDK's. */
interface SdkUser extends AccountUser {
  readonly sdk: SdkClient;
}

describeApp('The Account API beside the Firebase client SDK', (app) => {
  let store: AccountStore;
  const clients: SdkClient[] = [];
  before(() => {
    store = new AccountStore();
  });
  after(async () => {
    await Promise.all([store.close(), ...clients.map((one) => one.close())]);
  });

  function newClient(): SdkClient {
    const client = new SdkClient();
    clients.push(client);
    return client;
  }

  /** Somebody who has never called the API. */
  async function signUpWithSdk(): Promise<SdkUser> {
    const [sdk, { email, password }] = [newClient(), newSignup()];
    const token = await sdk.signUp(email, password);
    return { sdk, email, password, token, uid: sdk.user.uid };
  }

  const expectOver = async (token: string) => {
    for (const operation of ['refreshToken', 'requestEmailVerification', 'verifyEmail', 'changePassword', 'logout'])
      expectFailure(await app().account.call(operation, {}, token), 401, 'Unauthorized', 'invalid_session');
  };
  const failureOf = (signingIn: Promise<unknown>): Promise<string> =>
    signingIn.then(
      () => 'signed in',
      (error: { code: string }) => error.code,
    );

  it('an email that the API verifies is verified for the SDK', async () => {
    const { account } = app();
    const ada = await signUpWithSdk();
    expect(ada.sdk.user.emailVerified).to.equal(false);
    const code = await account.sendEmailCode(ada, ada.token);
    expectSuccess(await account.call('verifyEmail', { code }, ada.token), { verified: true });
    await ada.sdk.user.reload();
    expect(ada.sdk.user.emailVerified).to.equal(true);
  });

  it('a phone that the API verifies is the SDK user’s, and nobody else’s', async () => {
    const { account } = app();
    const [ada, eve] = [await signUpWithSdk(), await signUpWithSdk()];
    const phone = await account.verifyPhone(ada.token);
    await ada.sdk.user.reload();
    expect(ada.sdk.user.phoneNumber).to.equal(phone);
    expect(await eve.sdk.linkPhone(phone)).to.equal('PHONE_NUMBER_EXISTS');
  });

  it('a phone that the SDK’s user has linked is nobody else’s', async () => {
    const { account } = app();
    const [ada, eve, phone] = [await signUpWithSdk(), await account.signUp(), newPhone()];
    const code = await account.sendPhoneCode(phone, eve.token);
    expect(await ada.sdk.linkPhone(phone)).to.equal(null);
    for (const [operation, body] of [
      ['requestPhoneVerification', { phone }],
      ['verifyPhone', { phone, code }],
    ] as const)
      expectFailure(
        await account.call(operation, body, eve.token),
        409,
        'This phone number belongs to another account',
      );
    expect((await store.account(ada.uid))?.phoneNumber).to.equal(phone);
  });

  it('of the SDK and the API, which give one phone to two users at once, one succeeds', async () => {
    const { account } = app();
    const [ada, eve] = [await signUpWithSdk(), await account.signUp()];
    for (let round = 0; round < 3; round += 1) {
      const phone = newPhone();
      const code = await account.sendPhoneCode(phone, eve.token);
      const [linked, { status }] = await Promise.all([
        ada.sdk.linkPhone(phone),
        account.call('verifyPhone', { phone, code }, eve.token),
      ]);
      expect([linked === null, status === 200].filter(Boolean), `${linked}, ${status}`).to.have.length(1);
      expect(status).to.be.oneOf([200, 409]);
      const owner = linked === null ? ada : eve;
      expect((await store.accounts({ phoneNumber: [phone] })).map(({ localId }) => localId)).to.deep.equal([owner.uid]);
    }
  });

  it('changePassword changes what the SDK signs in with, and ends what it has signed in to', async () => {
    const { account } = app();
    const ada = await signUpWithSdk();
    const password = newPassword();
    const body = { oldPassword: ada.password, newPassword: password };
    expectSuccess(await account.call('changePassword', body, ada.token), { message: 'Password updated successfully' });
    await expectOver(ada.token);
    expect(await failureOf(newClient().signIn(ada.email, ada.password))).to.match(/^auth\/(wrong-password|invalid-)/);
    expect(await account.isLive(await newClient().signIn(ada.email, password))).to.equal(true);
  });

  it('refreshToken makes a sign-in a session of ours, which lasts no longer than 30 days from the sign-in', async () => {
    const { account, ports } = app();
    const ada = await signUpWithSdk();
    const [first, second] = [await refresh(ada.token), await refresh(ada.token)];
    const { sid, auth_time: _, ...claims } = decodeJwt(first);
    expect(claims['firebase']).to.include({ sign_in_provider: 'custom' });
    expect(decodeJwt(second)['sid'], 'the same sign-in is the same session').to.equal(sid);
    expect(decodeJwt(await refresh(first))['sid']).to.equal(sid);
    const session = await ports.sessions.find(sid as never);
    const signedInAt = Number(decodeJwt(ada.token)['auth_time']) * SECOND_MS;
    expect(session?.expiresAt.getTime()).to.equal(signedInAt + 30 * DAY_MS);
    expectStatus(await account.call('logout', {}, first), 200);
    await expectOver(first);
  });

  const refresh = async (token: string): Promise<string> =>
    expectStatus(await app().account.call('refreshToken', {}, token), 200).body.data.token;

  it('logout ends the sign-in at once, and what was refreshed from it; the next one works', async () => {
    const { account } = app();
    for (let round = 0; round < 3; round += 1) {
      const ada = await signUpWithSdk();
      const [other, refreshed] = [await newClient().signIn(ada.email, ada.password), await refresh(ada.token)];
      expectSuccess(await account.call('logout', {}, ada.token), { message: 'Logged out successfully' });
      for (const token of [ada.token, other, refreshed]) await expectOver(token);
      // Identity Platform itself would refuse to refresh it.
      await expectOver(await ada.sdk.user.getIdToken(true));
      expect(await account.isLive(await ada.sdk.signIn(ada.email, ada.password))).to.equal(true);
    }
  });

  it('a sign-in that is revoked elsewhere is over here', async () => {
    const ada = await signUpWithSdk();
    const refreshed = await refresh(ada.token);
    const nextSecond = String(Math.floor(Date.now() / SECOND_MS) + 1);
    await store.change(ada.uid, { validSince: nextSecond });
    await expectOver(ada.token);
    await expectOver(refreshed);
  });

  it('so is everything that was signed in to before the password was changed with the SDK', async () => {
    const { account } = app();
    const ada = await signUpWithSdk();
    const [session, refreshed] = [await account.logIn(ada), await refresh(ada.token)];
    await nextSecond();
    const password = newPassword();
    await updatePassword(ada.sdk.user, password);
    for (const token of [ada.token, session, refreshed]) await expectOver(token);
    expect(await account.isLive(await ada.sdk.signIn(ada.email, password))).to.equal(true);
  });

  it('a disabled and a deleted user are refused at once', async () => {
    for (const end of [
      (uid: string) => store.change(uid, { disableUser: true }),
      (uid: string) => store.delete(uid),
      (uid: string) => clients.find(({ auth }) => auth.currentUser?.uid === uid)?.user.delete(),
    ]) {
      const ada = await signUpWithSdk();
      const refreshed = await refresh(ada.token);
      await end(ada.uid);
      await expectOver(ada.token);
      await expectOver(refreshed);
    }
  });

  it('logs in through the API with the password of the SDK', async () => {
    const { account } = app();
    const ada = await signUpWithSdk();
    const { body } = expectStatus(await account.call('login', ada), 200);
    expect(body.data).to.include({ uid: ada.uid, email: ada.email });
    expectFailure(await account.call('signup', newSignup({ email: ada.email })), 409, 'Email already exists');
  });

  it('and with the SDK what has signed up through the API', async () => {
    const { account } = app();
    const ada = await account.signUp();
    const sdk = newClient();
    expect(await account.isLive(await sdk.signIn(ada.email, ada.password))).to.equal(true);
    expect(sdk.user.uid).to.equal(ada.uid);
  });

  it('a password that is forgotten is reset here, and ends every sign-in', async () => {
    const { account } = app();
    const ada = await signUpWithSdk();
    const [code, password] = [await account.sendResetCode(ada), newPassword()];
    expectStatus(await account.call('resetPassword', { email: ada.email, code, newPassword: password }), 200);
    await expectOver(ada.token);
    const sdk = newClient();
    expect(await account.isLive(await sdk.signIn(ada.email, password))).to.equal(true);
    expect(sdk.user.emailVerified, 'the code went there').to.equal(true);
  });

  it('a sign-in to a partner’s tenant is nothing here, nor is an anonymous one', async () => {
    const org = await app().provision();
    const { email, password } = await app().scenario.register(org);
    const tenant = newClient();
    tenant.auth.tenantId = org.org.tenantId;
    await expectOver(await tenant.signIn(email, password));
    const { user } = await signInAnonymously(newClient().auth);
    await expectOver(await user.getIdToken());
  });
});

/** Firebase knows whole seconds only: what is of the same one as a new password counts as newer. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SECOND_MS - (Date.now() % SECOND_MS)));
}
