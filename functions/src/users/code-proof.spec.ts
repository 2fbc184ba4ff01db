import { expect } from 'chai';
import { failAtOnce } from '../../test/support/late-calls.js';
import { NoticeDesk } from '../../test/support/notice-desk.js';
import { wrongCode } from '../../test/support/scenario.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgSettings } from '../orgs/org-settings.js';

const NOTHING = { email_verified: false, phone_verified: false };
const THE_EMAIL = { ...NOTHING, email_verified: true };
const THE_PHONE = { ...NOTHING, phone_verified: true };

describe('A code that was used', () => {
  let desk: NoticeDesk;
  const open = async (settings: Partial<OrgSettings> = {}) => {
    desk = await NoticeDesk.open(settings);
  };
  const isProved = async () => {
    const { email_verified, phone_verified } = await desk.user();
    return { email_verified, phone_verified };
  };
  const finish = (by: 'email' | 'phone', org: OrgRecord, code = desk.provider.codes.at(-1) ?? '') => {
    const bearer = { client: { address: null, agent: null }, attempt: freshAttempt() };
    return desk.services.login.finish(org, desk.contacts[by], code, bearer);
  };
  const reset = (by: 'email' | 'phone', org: OrgRecord) =>
    desk.services.passwords.reset(org, desk.contacts[by], desk.provider.codes.at(-1) ?? '', 'a new one');
  const changed = (settings: Partial<OrgSettings>): OrgRecord => ({
    ...desk.org,
    settings: { ...desk.org.settings, ...settings },
  });

  it('proves the contact that it went to, and that people there use theirs', async () => {
    await open();
    expect(await isProved()).to.deep.equal(NOTHING);
    await desk.logIn(null, 'email');
    expect(await isProved()).to.deep.equal(THE_EMAIL);
    expect(desk.limits.total('used')).to.equal(0);
    await desk.logIn(null, 'phone');
    expect(await isProved()).to.deep.equal({ email_verified: true, phone_verified: true });
    expect(desk.limits.total('used')).to.equal(1);
  });

  it('counts as used there when it resets a password too', async () => {
    await open();
    await desk.sendReset('email');
    await desk.reset('email');
    expect(await isProved()).to.deep.equal(THE_EMAIL);
    expect(desk.limits.total('used')).to.equal(0);
    desk.clock.advance(3_600_000);
    await desk.sendReset('phone');
    await desk.reset('phone');
    await desk.background.idle();
    expect(desk.limits.total('used')).to.equal(1);
  });

  it('proves the contact that the org sends to, not the one that was given', async () => {
    await open({ loginChannel: 'sms' });
    await desk.logIn(null, 'email');
    expect(await isProved()).to.deep.equal(THE_PHONE);
  });

  it('proves where it went, whatever the org has chosen since', async () => {
    await open({ loginChannel: 'sms', resetChannel: 'sms' });
    await desk.start('email');
    await finish('email', changed({ loginChannel: 'email' }));
    expect(await isProved()).to.deep.equal(THE_PHONE);
    await open({ resetChannel: 'sms' });
    await desk.sendReset('email');
    await reset('email', changed({ resetChannel: 'email' }));
    expect(await isProved()).to.deep.equal(THE_PHONE);
  });

  it('proves no number where it may have gone to the email instead, whatever the org has chosen since', async () => {
    for (const later of [{}, { smsFallbackToEmail: false }]) {
      await open({ smsFallbackToEmail: true });
      await desk.verify('email');
      await desk.start('phone');
      await finish('phone', changed(later));
      expect(await isProved()).to.deep.equal(THE_EMAIL);
      await desk.sendReset('phone');
      await reset('phone', changed(later));
      expect(await isProved()).to.deep.equal(THE_EMAIL);
    }
  });

  it('proves the number where it could go nowhere else: the email was nobody’s yet', async () => {
    await open({ smsFallbackToEmail: true });
    await desk.logIn(null, 'phone');
    expect(await isProved()).to.deep.equal(THE_PHONE);
  });

  it('proves nothing when it was wrong', async () => {
    await open();
    await desk.start('phone');
    await expectCode(finish('phone', desk.org, wrongCode(desk.provider.codes[0] ?? '')), 'invalid_code');
    expect(await isProved()).to.deep.equal(NOTHING);
    expect(desk.limits.total('used')).to.equal(0);
  });

  for (const error of [new UnavailableError(), new RequestInProgressError()])
    it(`does what it is used for when writing down what it proves fails: ${error.code}`, async () => {
      await open();
      failAtOnce(desk.memory.users, 'markVerified', error);
      await desk.logIn(null, 'email');
      await desk.sendReset('email');
      await desk.reset('email');
      await desk.logIn(null, 'email', 'a new one');
      expect(await isProved()).to.deep.equal(NOTHING);
    });
});
