import { expect } from 'chai';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { newRegistration } from './support/scenario.js';

describeApp('Partner API, the whole flow on the emulators', (app) => {
  let orgs: TestOrg[] = [];
  before(async () => {
    orgs = [await app().provision('Acme'), await app().provision('Globex')];
  });

  for (const [index, name] of ['Acme', 'Globex'].entries()) {
    for (const by of ['email', 'phone_number'] as const) {
      it(`registers, logs in by ${by}, uses and ends a session at ${name}`, async () => {
        const { api, scenario, outbox } = app();
        const org = orgs[index] as TestOrg;
        const registration = newRegistration({
          email: `  Ada.${Date.now()}.${by}@Example.COM `,
          metadata: { a: { b: [1, [2]] } },
        });
        const registered = expectStatus(await api.post(org, '/partner/auth/register', registration), 201).body;
        const email = registration.email.trim().toLowerCase();
        expect(registered).to.deep.equal({
          userId: registered.userId,
          email,
          phone_number: registration.phone_number,
          first_name: 'Ada',
          last_name: 'Lovelace',
        });
        const user = { ...registered, password: registration.password };

        const login = expectStatus(
          await api.post(org, '/partner/auth/login', { [by]: registration[by], password: user.password }),
          200,
        );
        expect(login.body).to.deep.equal({ message: 'OTP sent', userId: user.userId });
        expect(login.headers.get('otp-expires-in')).to.equal('600');
        expect(outbox.messages.at(-1)).to.include({ to: user[by], channel: by === 'email' ? 'email' : 'sms' });

        const code = outbox.messages.at(-1)?.code ?? '';
        const verified = expectStatus(await scenario.verify(org, user, code, by), 200).body;
        expect(verified).to.have.all.keys('sessionToken', 'expiresAt', 'user');
        expect(verified.expiresAt).to.be.within(Date.now() + 3_500_000, Date.now() + 3_700_000);
        expect(verified.user).to.deep.equal({
          id: user.userId,
          email,
          phone_number: user.phone_number,
          first_name: 'Ada',
          last_name: 'Lovelace',
          kyc_status: 'pending',
        });

        const session = verified.sessionToken;
        const me = expectStatus(await api.request('/partner/users/me', { method: 'GET', org, session }), 200).body;
        expect(me).to.include({ id: user.userId, partner_id: org.org.orgId, is_active: true });
        expect(me.metadata).to.deep.equal({ a: { b: [1, [2]] } });
        expect(me).not.to.have.property('ssn');

        expect(expectStatus(await api.post(org, '/partner/auth/logout', {}, session), 200).body).to.deep.equal({
          message: 'Logged out successfully',
        });
        expectError(await api.post(org, '/partner/auth/logout', {}, session), 401, 'invalid_session');
      });
    }
  }

  it('resets a forgotten password', async () => {
    const { api, scenario } = app();
    const org = orgs[0] as TestOrg;
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    const code = await scenario.sendResetCode(org, user, 'phone_number');
    const reset = { phone_number: user.phone_number, code, new_password: 'a new one' };
    expect(expectStatus(await api.post(org, '/partner/auth/forgot-password/reset', reset), 200).body).to.deep.equal({
      message: 'Password updated successfully',
    });
    expect(await scenario.isLive(org, session)).to.equal(false);
    expectError(
      await api.post(org, '/partner/auth/login', { email: user.email, password: user.password }),
      401,
      'invalid_credentials',
    );
    await scenario.logIn(org, { ...user, password: 'a new one' });
  });

  it('changes a password', async () => {
    const { api, scenario } = app();
    const org = orgs[0] as TestOrg;
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    const change = { current_password: user.password, new_password: 'a new one' };
    expectStatus(await api.post(org, '/partner/auth/change-password', change, session), 200);
    expect(await scenario.isLive(org, session)).to.equal(true);
    await scenario.logIn(org, { ...user, password: 'a new one' });
  });
});
