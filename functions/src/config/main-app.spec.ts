import { expect } from 'chai';
import { DEFAULT_MAIN_APP } from '../orgs/main-app.js';
import { readAccount } from './main-app.js';
import type { ParamName } from './param-names.js';

type Params = Readonly<Partial<Record<ParamName, string>>>;

const read = (params: Params) => readAccount((name) => params[name] ?? '');
const settingsOf = (params: Params) => read(params).mainApp.settings;

describe('readAccount', () => {
  it('has an app that sets nothing as the defaults have it, but for text messages to its own country alone', () => {
    const { mainApp, origins } = read({});
    const { settings } = DEFAULT_MAIN_APP;
    expect(mainApp).to.deep.equal({ ...DEFAULT_MAIN_APP, settings: { ...settings, smsCountries: ['US'] } });
    expect(origins).to.deep.equal([]);
  });

  it('asks for eight characters of a password', () => {
    expect(settingsOf({}).passwordMinLength).to.equal(8);
  });

  it('reads all of it', () => {
    const { mainApp, origins } = read({
      ACCOUNT_APP_NAME: 'Acme',
      ACCOUNT_ORIGINS: 'https://app.acme.example,http://localhost:5173',
      ACCOUNT_COUNTRIES: 'CH,DE',
      ACCOUNT_LOCALE: 'de',
      ACCOUNT_SMS_PER_DAY: '250',
      ACCOUNT_HIDE_EXISTENCE: 'true',
      REQUIRE_APP_CHECK: 'true',
    });
    expect(mainApp).to.include({ name: 'Acme', hidesExistence: true, requiresAppCheck: true });
    expect(mainApp.settings).to.deep.include({
      defaultCountry: 'CH',
      smsCountries: ['CH', 'DE'],
      locale: 'de',
      smsPerDay: 250,
    });
    expect(origins).to.deep.equal(['https://app.acme.example', 'http://localhost:5173']);
  });

  it('forgives blanks around each, and a comma too many', () => {
    const { mainApp, origins } = read({
      ACCOUNT_APP_NAME: ' Acme\n',
      ACCOUNT_ORIGINS: ' https://a.example , https://b.example,\n',
      ACCOUNT_COUNTRIES: ' US, CA ,',
      ACCOUNT_LOCALE: ' fr ',
      ACCOUNT_SMS_PER_DAY: ' 10 ',
      ACCOUNT_HIDE_EXISTENCE: ' true\n',
      REQUIRE_APP_CHECK: ' false ',
    });
    expect(mainApp).to.include({ name: 'Acme', hidesExistence: true, requiresAppCheck: false });
    expect(mainApp.settings).to.deep.include({ smsCountries: ['US', 'CA'], locale: 'fr', smsPerDay: 10 });
    expect(origins).to.deep.equal(['https://a.example', 'https://b.example']);
  });

  it('takes 0 text messages a day for none, and nothing for the usual cap', () => {
    expect(settingsOf({ ACCOUNT_SMS_PER_DAY: '0' }).smsPerDay).to.equal(0);
    for (const empty of ['', ' ']) expect(settingsOf({ ACCOUNT_SMS_PER_DAY: empty }).smsPerDay).to.equal(null);
  });

  it('opens what "true" opens, and nothing for want of a word', () => {
    for (const text of ['false', '', ' '])
      expect(read({ ACCOUNT_HIDE_EXISTENCE: text, REQUIRE_APP_CHECK: text }).mainApp, text).to.include({
        hidesExistence: false,
        requiresAppCheck: false,
      });
  });

  const SWITCH = ['TRUE', 'True', 'yes', 'on', '1', '0', 'no', 'truee', 'true,false'];
  const BAD: Readonly<Partial<Record<ParamName, readonly string[]>>> = {
    ACCOUNT_ORIGINS: [
      '*',
      'null',
      'app.acme.example',
      'https://app.acme.example/',
      'https://app.acme.example/path',
      'https://app.acme.example?x=1',
      'https://app.acme.example:443',
      'https://APP.acme.example',
      'https://ada:pass@app.acme.example',
      'https://*.acme.example',
      'https://app.acme.example https://b.example',
      'file:///app',
      'https://a.example,https://b.example/',
    ],
    ACCOUNT_COUNTRIES: ['us', 'USA', 'U', '+1', 'US;CA', 'US CA', 'US,ca', '*'],
    ACCOUNT_LOCALE: ['EN', 'en-US', 'it', 'english', 'en,de'],
    ACCOUNT_SMS_PER_DAY: ['-1', '1.5', '1e3', 'none', '10 000', '10,000', '10000000', '0x10', 'null'],
    ACCOUNT_HIDE_EXISTENCE: SWITCH,
    REQUIRE_APP_CHECK: SWITCH,
  };
  for (const [name, values] of Object.entries(BAD))
    for (const value of values)
      it(`refuses ${name}=${value}, and says what to set`, () => {
        expect(() => read({ [name]: value })).to.throw(`The parameter ${name} must be `);
      });
});
