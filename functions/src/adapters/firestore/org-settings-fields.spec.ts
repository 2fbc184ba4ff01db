import { expect } from 'chai';
import { DEFAULT_ORG_SETTINGS, type OrgSettings } from '../../orgs/org-settings.js';
import { reviewSettings } from '../../orgs/org-settings-rules.js';
import { toSettings } from './org-settings-fields.js';
import { UNREADABLE } from './values.js';

const KEY = { kty: 'EC', crv: 'P-256', kid: 'one', x: 'x', y: 'y', alg: 'ES256', use: 'sig', x5c: ['cert'] };
const CHOSEN = {
  codeLength: 8,
  codeLifetimeSeconds: 60,
  loginChannel: 'sms',
  resetChannel: 'email',
  smsCountries: ['US', 'CH'],
  defaultCountry: 'CH',
  smsPerDay: 5,
  sendMessages: false,
  smsFallbackToEmail: true,
  passwordMinLength: 12,
  passwordBreachCheck: true,
  sessionLifetimeSeconds: 600,
  rotationGraceDays: 3,
  senderName: 'Acme',
  senderEmail: 'acme@example.com',
  locale: 'ja',
  autofillDomain: 'app.example.com',
  loginTemplate: { sms: '{code}', emailSubject: 'Code', emailText: '{code}' },
  resetTemplate: { sms: '{code}' },
  limits: { sends10m: 2 },
  trustedIssuer: { iss: 'i', aud: 'a', jwks: { keys: [KEY] } },
};

describe('settings in force, as they are stored', () => {
  it('are all that the rules let through, or each edit would be settled for ever', async () => {
    const { inForce, problems } = await reviewSettings(CHOSEN, DEFAULT_ORG_SETTINGS);
    expect(problems).to.deep.equal({});
    expect(Object.keys(inForce)).to.have.members(Object.keys(CHOSEN));
    expect(toSettings({ ...inForce })).to.deep.equal(inForce);
    expect(toSettings({ ...DEFAULT_ORG_SETTINGS })).to.deep.equal(DEFAULT_ORG_SETTINGS);
  });

  it('are the default where one is spoilt, missing or unknown', () => {
    expect(toSettings({ any: 'thing' })).to.deep.equal(DEFAULT_ORG_SETTINGS);
    for (const name of Object.keys(DEFAULT_ORG_SETTINGS) as (keyof OrgSettings)[])
      for (const value of [UNREADABLE, undefined, new Date(0), [UNREADABLE], { any: UNREADABLE }])
        expect(toSettings({ [name]: value })[name], name).to.deep.equal(DEFAULT_ORG_SETTINGS[name]);
  });

  it('trust no issuer that lacks anything', () => {
    const { trustedIssuer: whole } = CHOSEN;
    for (const change of [{ iss: 1 }, { aud: null }, { jwks: [] }, { jwks: { keys: 'k' } }, { jwks: { keys: ['k'] } }])
      expect(toSettings({ trustedIssuer: { ...whole, ...change } }).trustedIssuer).to.equal(null);
    const unreadable = { jwks: { keys: [{ ...KEY, any: UNREADABLE }] } };
    expect(toSettings({ trustedIssuer: { ...whole, ...unreadable } }).trustedIssuer).to.equal(null);
  });
});
