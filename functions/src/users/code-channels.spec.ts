import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { NEW_PASSWORD, UserDesk } from '../../test/support/user-desk.js';
import { type CodeChannel, DEFAULT_ORG_SETTINGS, type OrgSettings } from '../orgs/org-settings.js';

const open = (settings: Partial<OrgSettings>) => UserDesk.open({ settings: { ...DEFAULT_ORG_SETTINGS, ...settings } });

/** Which contact a message goes to: by the setting, and by the contact that the user gives. */
const DESTINATIONS: readonly (readonly [CodeChannel, 'email' | 'phone', 'email' | 'phone'])[] = [
  ['contact', 'email', 'email'],
  ['contact', 'phone', 'phone'],
  ['sms', 'email', 'phone'],
  ['sms', 'phone', 'phone'],
  ['email', 'email', 'email'],
  ['email', 'phone', 'email'],
];

describe('The channel of codes', () => {
  for (const [channel, given, destination] of DESTINATIONS) {
    const other = given === 'email' ? 'phone' : 'email';
    const kind = destination === 'email' ? 'email' : 'sms';

    it(`${channel}: a login by ${given} sends to the ${destination}, and is finished by ${given}`, async () => {
      const desk = await open({ loginChannel: channel });
      await desk.start(desk.ada[given]);
      expect(desk.sent).to.have.length(1);
      expect(desk.sent[0]).to.include({ to: desk.ada[destination].value, channel: kind });
      await expectCode(desk.finish(desk.ada[other]), 'invalid_code');
      expect((await desk.finish(desk.ada[given])).user.email).to.equal(desk.ada.email.value);
    });

    it(`${channel}: a reset by ${given} sends to the ${destination}, and is finished by ${given}`, async () => {
      const desk = await open({ resetChannel: channel });
      await desk.sendReset(desk.ada[given]);
      expect(desk.sent).to.have.length(1);
      expect(desk.sent[0]).to.include({ to: desk.ada[destination].value, channel: kind });
      await expectCode(desk.reset(desk.ada[other]), 'invalid_code');
      await desk.reset(desk.ada[given]);
      await desk.start(desk.ada.email, NEW_PASSWORD);
    });
  }

  it('of logins and of resets are two settings', async () => {
    const desk = await open({ loginChannel: 'sms', resetChannel: 'email' });
    await desk.start(desk.ada.email);
    await desk.sendReset(desk.ada.phone);
    expect(desk.sent.map(({ to }) => to)).to.deep.equal([desk.ada.phone.value, desk.ada.email.value]);
  });

  it('makes nothing of a contact that nobody has', async () => {
    const desk = await open({ resetChannel: 'sms' });
    const { email, phone } = checkedRegistration();
    for (const nobody of [email, phone]) await desk.sendReset(nobody);
    expect(desk.sent).to.deep.equal([]);
  });

  it('counts logins at the contact that they send to', async () => {
    const desk = await open({ loginChannel: 'sms' });
    await desk.start(desk.ada.email);
    for (const _ of times(2, String)) await desk.start(desk.ada.phone);
    for (const given of ['email', 'phone'] as const) {
      const { exceeded } = await expectCode(desk.start(desk.ada[given]), 'rate_limited');
      expect(exceeded.map(({ name }) => name)).to.deep.equal(['sends10m']);
    }
    // Nothing was sent to the other kind yet.
    const byEmail = { ...desk.org, settings: { ...desk.org.settings, loginChannel: 'email' } as const };
    await desk.start(desk.ada.email, desk.ada.password, byEmail);
    expect(desk.sent.at(-1)?.to).to.equal(desk.ada.email.value);
  });

  it('counts resets at the contact that they are asked for by, whoever is there and wherever they go', async () => {
    const desk = await open({ resetChannel: 'sms' });
    const byEmail = { ...desk.org, settings: { ...desk.org.settings, resetChannel: 'email' } as const };
    for (const { email } of [desk.ada, checkedRegistration()]) {
      for (const _ of times(3, String)) await desk.sendReset(email);
      for (const org of [desk.org, byEmail]) {
        const { exceeded } = await expectCode(desk.sendReset(email, org), 'rate_limited');
        expect(exceeded.map(({ name }) => name)).to.deep.equal(['sends10m']);
      }
    }
  });

  it('tells by no limit of resets that two contacts are one user’s', async () => {
    const desk = await open({ resetChannel: 'sms' });
    for (const given of ['email', 'phone'] as const) {
      for (const _ of times(3, String)) await desk.sendReset(desk.ada[given]);
      await expectCode(desk.sendReset(desk.ada[given]), 'rate_limited');
    }
    expect(desk.sent.map(({ to }) => to)).to.deep.equal(times(6, () => desk.ada.phone.value));
  });
});

describe('The session of a login', () => {
  it('ends when the org’s setting says so, and says when', async () => {
    const desk = await open({ sessionLifetimeSeconds: 300 });
    await desk.start(desk.ada.email);
    const { token } = await desk.finish(desk.ada.email);
    expect(token.expiresAt).to.equal(desk.clock.now() + 300_000);
    desk.clock.advance(300_000);
    await expectCode(desk.services.sessions.authenticate(desk.org, token.token), 'invalid_session');
  });
});
