import { expect } from 'chai';
import { orgWith } from '../../test/support/delivery-desk.js';
import { NoticeDesk } from '../../test/support/notice-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { PREFIX_BREAKER } from '../delivery/delivery-policy.js';
import { DeliveryFailedError, RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import type { OrgSettings } from '../orgs/org-settings.js';

type Name = keyof typeof HANDOVERS;

/** What a login answers to what its provider does, and whether the code of it works. */
const OUTCOMES: Readonly<Record<Name, { readonly answer: string; readonly works: boolean }>> = {
  accepted: { answer: 'sent', works: true },
  notTaken: { answer: 'pending', works: true },
  timedOut: { answer: 'pending', works: true },
  serverError: { answer: 'delivery_failed', works: true },
  badNumber: { answer: 'delivery_failed', works: false },
  regionOff: { answer: 'delivery_failed', works: false },
  badMessage: { answer: 'delivery_failed', works: false },
  keyRotated: { answer: 'unavailable', works: false },
  notTried: { answer: 'unavailable', works: false },
};

describe('A login code', () => {
  let desk: NoticeDesk;
  const open = async (settings: Partial<OrgSettings> = {}) => {
    desk = await NoticeDesk.open(settings);
  };
  /** Where the quotas of contacts stand, the account's own counters aside. */
  const used = () =>
    Object.entries(desk.limits.used).filter(([place]) => /\/(login|password_reset)\.|\/used_/.test(place));

  for (const [name, { answer, works }] of Object.entries(OUTCOMES) as [Name, (typeof OUTCOMES)[Name]][])
    it(`is ${answer} and ${works ? 'works' : 'dead'} when the provider answers ${name}`, async () => {
      await open();
      desk.provider.script.sms.push(HANDOVERS[name]);
      const starting = desk.start('phone');
      if (answer === 'sent' || answer === 'pending')
        expect(await starting).to.include({ state: answer, channel: 'sms', expiresInSeconds: 600 });
      else await expectCode(starting, answer as 'delivery_failed' | 'unavailable');
      if (name === 'notTried') return expect(desk.provider.handed).to.deep.equal([]);
      if (works) expect((await desk.finish('phone')).token.token).not.to.equal('');
      else await expectCode(desk.finish('phone'), 'invalid_code');
      return undefined;
    });

  it('that was not taken comes later, the same, and works', async () => {
    await open();
    desk.provider.script.sms.push(HANDOVERS.notTaken);
    await desk.start('phone');
    desk.clock.advance(2_000);
    await desk.work();
    expect(desk.provider.handed).to.have.length(2);
    expect(desk.provider.codes).to.have.length(1);
    await desk.finish('phone');
  });

  describe('while text messages can’t be sent', () => {
    it('goes to the proved email of an org that wants it so, and works by the number', async () => {
      await open({ smsFallbackToEmail: true });
      await desk.verify('email');
      desk.provider.script.sms.push(HANDOVERS.keyRotated);
      expect(await desk.start('phone')).to.include({ state: 'sent', channel: 'email' });
      expect(desk.provider.recipients).to.deep.equal([desk.contacts.phone.value, desk.contacts.email.value]);
      await desk.finish('phone');
    });

    it('goes nowhere else: not to an email that nobody has proved, and not unasked', async () => {
      await open({ smsFallbackToEmail: true });
      desk.provider.script.sms.push(HANDOVERS.keyRotated);
      await expectCode(desk.start('phone'), 'unavailable');
      expect(desk.provider.recipients).to.deep.equal([desk.contacts.phone.value]);
      await open();
      await desk.verify('email');
      desk.provider.script.sms.push(HANDOVERS.keyRotated);
      await expectCode(desk.start('phone'), 'unavailable');
      expect(desk.provider.recipients).to.deep.equal([desk.contacts.phone.value]);
    });

    it('is dead where it can go nowhere, and lives where the text message may have been taken', async () => {
      await open({ smsFallbackToEmail: true });
      await desk.verify('email');
      desk.provider.script.email.push(HANDOVERS.badMessage, HANDOVERS.badMessage);
      desk.provider.script.sms.push(HANDOVERS.keyRotated, HANDOVERS.timedOut);
      const refused = await expectCode(desk.start('phone'), 'delivery_failed');
      expect(refused instanceof DeliveryFailedError && refused.mayArrive).to.equal(false);
      await expectCode(desk.finish('phone'), 'invalid_code');
      expect(await desk.start('phone')).to.include({ state: 'pending', channel: 'sms' });
      await desk.finish('phone');
    });
  });

  describe('that is asked for with a wrong password', () => {
    it('uses nothing up, by either contact, known or unknown, once or 50 times at once', async () => {
      await open();
      const wrong = (index: number) => desk.start(index % 2 === 0 ? 'email' : 'phone', 'wrong one');
      expect(await fulfilled([wrong(0), wrong(1)])).to.equal(0);
      expect(await fulfilled(times(50, wrong))).to.equal(0);
      expect(used()).to.deep.equal([]);
      expect(desk.limits.total('sent'), 'what the instance may send there').to.equal(PREFIX_BREAKER.leaseSize);
      desk.clock.advance(3_600_000);
      for (const by of ['email', 'phone'] as const) await desk.start(by);
    });

    it('is told the password’s part alone: not that the contact is full, the country shut, or all switched off', async () => {
      await open();
      for (const _ of times(3, String)) await desk.start('phone');
      await expectCode(desk.start('phone', 'wrong one'), 'invalid_credentials');
      for (const settings of [{ sendMessages: false }, { smsCountries: ['FR'] }, { smsPerDay: 0 }]) {
        await open(settings);
        await expectCode(desk.start('phone', 'wrong one'), 'invalid_credentials');
      }
    });

    for (const error of [new UnavailableError(), new RequestInProgressError()])
      it(`is told so when giving back what was counted for it fails: ${error.code}`, async () => {
        await open();
        const change = desk.limits.change.bind(desk.limits);
        let failed = 0;
        desk.limits.change = async (key, changes) => {
          const [first] = changes;
          const isReturn = first !== undefined && 'add' in first && first.add < 0 && first.field.startsWith('login.');
          if (!isReturn) return change(key, changes);
          failed += 1;
          throw error;
        };
        await expectCode(desk.start('email', 'wrong one'), 'invalid_credentials');
        expect(failed).to.equal(1);
      });

    it('costs the contact no write once the account is refused from memory', async () => {
      await open();
      for (const _ of times(12, String)) await desk.start('email', 'wrong one').catch(() => {});
      desk.limits.writes.length = 0;
      expect(await fulfilled(times(500, () => desk.start('email', 'wrong one')))).to.equal(0);
      expect(desk.limits.writes).to.deep.equal([]);
    });
  });

  it('is counted while the password is checked: a login does not wait for it', async () => {
    await open();
    const { identities } = desk.memory;
    const check = identities.checkPassword.bind(identities);
    let counted: readonly string[] = [];
    identities.checkPassword = async (...args) => {
      await Promise.resolve();
      counted = [...desk.limits.writes];
      return check(...args);
    };
    await desk.start('phone');
    expect(counted).to.include.members(['login.sends10m', 'sent']);
  });

  it('leaves three times of 200 logins at once, with the right password, from as many addresses', async () => {
    for (const by of ['email', 'phone'] as const) {
      await open({ limits: { tries10m: 20 } });
      const ask = (index: number) => {
        const client = { address: `2001:db8:${index.toString(16)}::1`, agent: null };
        return desk.services.login.start(desk.org, desk.contacts[by], desk.ada.password, client);
      };
      expect(await fulfilled(times(200, ask)), by).to.equal(3);
      expect(desk.provider.handed).to.have.length(3);
    }
  });

  it('is counted where it goes, when the org chooses the channel', async () => {
    await open({ loginChannel: 'sms' });
    for (const _ of times(3, String)) await desk.start('email');
    await expectCode(desk.start('email'), 'rate_limited');
    await expectCode(desk.start('phone'), 'rate_limited');
    expect(new Set(desk.provider.recipients)).to.deep.equal(new Set([desk.contacts.phone.value]));
  });

  it('is refused to a number of a country that is shut, and to everybody by the kill switch', async () => {
    await open({ smsCountries: ['FR'] });
    await expectCode(desk.start('phone'), 'sms_not_allowed');
    await desk.start('email');
    await open({ sendMessages: false });
    for (const by of ['phone', 'email'] as const) await expectCode(desk.start(by), 'sending_stopped');
    expect(desk.provider.handed).to.deep.equal([]);
    expect(used()).to.deep.equal([]);
    expect(desk.limits.total('sent'), 'what the instance may send there').to.equal(PREFIX_BREAKER.leaseSize);
  });

  it('of a test org is neither sent nor counted for its prefix, nor is its use', async () => {
    desk = await NoticeDesk.open({}, { environment: 'test' });
    await desk.start('phone');
    expect(desk.provider.handed).to.deep.equal([]);
    expect(desk.limits.total('sent')).to.equal(0);
    const live = orgWith({}, { orgId: desk.org.orgId, tenantId: desk.org.tenantId });
    for (const _ of times(3, String)) await desk.start('phone', desk.ada.password, live);
    expect(desk.provider.handed, 'all that a live org may send').to.have.length(3);
  });
});
