import { expect } from 'chai';
import { DEFAULT_ORG_SETTINGS, type OrgSettings } from './org-settings.js';
import { reviewSettings } from './org-settings-rules.js';

const KEY = { kty: 'EC', crv: 'P-256', kid: 'key-1', x: 'x', y: 'y' };
const ISSUER = { iss: 'privy.io', aud: 'app', jwks: { keys: [KEY] } };
const withKey = (change: Record<string, unknown>) => ({ ...ISSUER, jwks: { keys: [{ ...KEY, ...change }] } });
const INSTEAD = { sms: '{code}', colour: 'red' };

/** Values that can be, and values that can't, at the edges of each setting. */
const SETTINGS: Readonly<
  Record<keyof OrgSettings, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>
> = {
  codeLength: { good: [4, 6, 10], bad: [3, 11, 6.5, '6', null, Number.NaN, Number.POSITIVE_INFINITY, -6, true, []] },
  codeLifetimeSeconds: { good: [60, 600], bad: [59, 601, 86_400, 0, '300', null, 300.5] },
  loginChannel: { good: ['contact', 'sms', 'email'], bad: ['SMS', 'voice', '', null, 1] },
  resetChannel: { good: ['contact', 'sms', 'email'], bad: ['whatsapp', null, {}] },
  smsCountries: {
    good: [null, ['US'], ['CH', 'LI', 'AT']],
    bad: [[], ['us'], ['XX'], ['US', 'USA'], 'US', [null], { 0: 'US' }, ['toString']],
  },
  defaultCountry: { good: ['US', 'CH'], bad: ['us', 'XX', '', null, 41] },
  smsPerDay: { good: [null, 0, 1, 1_000_000], bad: [-1, 1_000_001, 0.5, '10'] },
  sendMessages: { good: [true, false], bad: ['false', 0, null] },
  smsFallbackToEmail: { good: [true, false], bad: ['true', 1, null] },
  passwordMinLength: { good: [6, 12, 256], bad: [5, 257, 8.5, '8', null] },
  passwordBreachCheck: { good: [true, false], bad: ['true', 1, null] },
  sessionLifetimeSeconds: { good: [300, 2_592_000], bad: [299, 2_592_001, '3600', null] },
  rotationGraceDays: { good: [0, 7, 30], bad: [-1, 31, 1.5, null] },
  senderName: {
    good: [null, 'Acme', "O'Neil & Co.", '1st Bank', 'ü'.repeat(30)],
    bad: ['', ' A', 'A\nB', 'a'.repeat(31), '<b>', 7],
  },
  senderEmail: {
    good: [null, 'codes@acme.example'],
    bad: ['acme', '', 'a@b@c', 'A <a@example.com>', 'a@example.com\r\nBcc: x', 7],
  },
  locale: { good: ['en', 'es', 'fr', 'de', 'pt', 'ja'], bad: ['EN', 'en-US', 'it', '', null, 1] },
  autofillDomain: {
    good: [null, 'example.com', 'app.example.com', 'a-1.example.com', `${'a'.repeat(36)}.com`],
    bad: [
      '',
      'example',
      'Example.com',
      'https://example.com',
      'example.com #123456',
      '-a.com',
      `${'a'.repeat(37)}.com`,
      7,
    ],
  },
  loginTemplate: {
    good: [
      null,
      {},
      { sms: '{code} is your {org} code for {minutes} minutes' },
      { emailSubject: '{org}', emailText: '{code}' },
    ],
    bad: [
      { sms: 'no code' },
      { sms: '{code} {link}' },
      { sms: '{code} {}' },
      { sms: `{code}${'x'.repeat(151)}` },
      { emailSubject: '' },
      { emailSubject: '{name}' },
      { emailText: `{code}${'x'.repeat(2_000)}` },
      INSTEAD,
      '{code}',
      [],
    ],
  },
  resetTemplate: { good: [null, { sms: '{code}' }], bad: [{ sms: '' }, 1] },
  limits: {
    good: [null, {}, { sends10m: 5, credential1m: 1 }],
    bad: [{ sends10m: 6 }, { sends10m: 0 }, { sends10m: 1.5 }, { sends10m: '2' }, { sends: 1 }, { toString: 1 }, 3, []],
  },
  trustedIssuer: {
    good: [null, ISSUER, withKey({ use: 'sig', alg: 'ES256' })],
    bad: [
      { ...ISSUER, iss: '' },
      { ...ISSUER, aud: undefined },
      { ...ISSUER, jwks: { keys: [] } },
      { ...ISSUER, jwks: {} },
      { ...ISSUER, jwks_uri: 'https://example.com' },
      withKey({ d: 'private' }),
      withKey({ kty: 'RSA' }),
      withKey({ kty: 'oct', k: 'secret' }),
      withKey({ crv: 'P-384' }),
      withKey({ kid: '' }),
      withKey({ x: undefined }),
      { ...ISSUER, jwks: { keys: [7] } },
      'privy.io',
    ],
  },
};

/** As little of a value as tells it from others. */
const short = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 60);

describe('reviewSettings', () => {
  const before: OrgSettings = { ...DEFAULT_ORG_SETTINGS, codeLength: 8, smsPerDay: 100 };

  it('knows every setting', () => {
    expect(Object.keys(SETTINGS).sort()).to.deep.equal(Object.keys(DEFAULT_ORG_SETTINGS).sort());
  });

  for (const [name, { good, bad }] of Object.entries(SETTINGS)) {
    it(`takes ${name} from edge to edge`, async () => {
      for (const value of good) {
        const { inForce, problems } = await reviewSettings({ ...before, [name]: value }, before);
        expect(problems, short(value)).to.deep.equal({});
        expect(inForce, short(value)).to.deep.equal({ ...before, [name]: value });
      }
    });

    it(`reports ${name} where it can't be, says what can, and keeps what was in force`, async () => {
      for (const value of bad) {
        const { inForce, problems, changed } = await reviewSettings({ ...before, [name]: value }, before);
        expect(Object.keys(problems), short(value)).to.deep.equal([name]);
        expect(problems[name], short(value)).to.be.a('string').that.matches(/\.$/);
        expect(inForce, short(value)).to.deep.equal(before);
        expect(changed).to.deep.equal([]);
      }
    });
  }

  it('says nothing of what was written', async () => {
    const texts = {
      codeLength: 'ada@example.com',
      loginTemplate: { sms: 'ada@example.com' },
      trustedIssuer: withKey({ d: 'ada@example.com' }),
    };
    const { problems } = await reviewSettings(texts, before);
    expect(Object.keys(problems)).to.have.length(3);
    expect(JSON.stringify(problems)).not.to.include('ada@');
  });

  it('gives what is left out its default', async () => {
    expect((await reviewSettings({}, before)).inForce).to.deep.equal(DEFAULT_ORG_SETTINGS);
    expect((await reviewSettings({ codeLength: 5 }, before)).inForce).to.deep.equal({
      ...DEFAULT_ORG_SETTINGS,
      codeLength: 5,
    });
  });

  it('reports a setting that there is not, and takes the others', async () => {
    const { inForce, problems } = await reviewSettings({ codelength: 5, codeLength: 5 }, before);
    expect(problems).to.deep.equal({ codelength: 'There is no such setting.' });
    expect(inForce.codeLength).to.equal(5);
  });

  it('takes names that every object has for no settings', async () => {
    for (const name of ['toString', 'constructor', 'hasOwnProperty']) {
      const { problems } = await reviewSettings({ [name]: 1 }, before);
      expect(problems, name).to.deep.equal({ [name]: 'There is no such setting.' });
    }
  });

  it('keeps all that was in force when there is no map', async () => {
    for (const written of [null, 'x', 1, true, [], ['codeLength'], new Date()]) {
      const { inForce, problems, changed } = await reviewSettings(written, before);
      expect(inForce).to.deep.equal(before);
      expect(problems).to.deep.equal({ '': 'Must be a map of settings.' });
      expect(changed).to.deep.equal([]);
    }
  });
});
