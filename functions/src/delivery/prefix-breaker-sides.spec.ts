import { expect } from 'chai';
import { DeliveryDesk, type Instance, phoneOf } from '../../test/support/delivery-desk.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { HOUR_MS } from '../lib/clock.js';
import { DEFAULT_MAIN_APP } from '../orgs/main-app.js';
import { watchedPrefix } from './prefix-breaker.js';

const NUMBER = phoneOf(0).value;

describe('The breaker of a number prefix, of partners and of the main app', () => {
  let desk: DeliveryDesk;
  let instance: Instance;
  beforeEach(() => {
    desk = new DeliveryDesk();
    instance = desk.instance();
  });

  const main = { ...DEFAULT_MAIN_APP, settings: { ...DEFAULT_MAIN_APP.settings, smsCountries: ['US' as const] } };
  const ofOrg = (index: number) => instance.quotas.reserve(desk.org, phoneOf(index), 'login');
  const ofMain = (index: number) => instance.quotas.reserve(main, phoneOf(index), 'phone_verification');

  it('stops each at 50, and neither for the other', async () => {
    expect(await fulfilled(times(200, ofMain))).to.equal(50);
    expect(await fulfilled(times(200, ofOrg))).to.equal(50);
  });

  it('counts the codes that are used where they were sent', async () => {
    await fulfilled(times(60, ofMain));
    for (const _ of times(30, String)) await instance.prefixes.noteUse(watchedPrefix(desk.org, NUMBER));
    desk.clock.advance(1_000);
    await expectCode(ofMain(100), 'rate_limited');
    for (const _ of times(30, String)) await instance.prefixes.noteUse(watchedPrefix(main, NUMBER));
    desk.clock.advance(1_000);
    await ofMain(101);
  });

  it('stops both when the provider says that the numbers are pumped', async () => {
    await instance.prefixes.flag(NUMBER);
    await expectCode(ofOrg(0), 'rate_limited');
    await expectCode(ofMain(0), 'rate_limited');
  });

  it('stays stopped though a message was given back that had been let through before', async () => {
    const prefix = watchedPrefix(desk.org, NUMBER);
    await instance.prefixes.take(prefix);
    await instance.prefixes.flag(NUMBER);
    instance.prefixes.giveBack(prefix);
    await expectCode(ofOrg(0), 'rate_limited');
    desk.clock.advance(HOUR_MS);
    await ofOrg(0);
  });
});
