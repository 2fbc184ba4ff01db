import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { readConfig } from './config.js';
import type { Environment } from './environment.js';

const key = () => randomBytes(32).toString('base64');
const SETTINGS = { WEB_API_KEY: 'web-key', CODE_PEPPERS: `1:${key()}`, DATA_KEYS: `1:${key()}`, INDEX_KEY: key() };
const EMULATORS = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080', FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' };
const P256 = publicKeyOf('P-256');
const PUBLIC_URL = 'https://us-central1-live.cloudfunctions.net/api';
const TWILIO = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token', TWILIO_SENDER: 'MG1' };
const TWILIO_KEY = { TWILIO_API_KEY_SID: 'SK1', TWILIO_API_KEY_SECRET: 'key-secret' };
const SENDGRID = { SENDGRID_API_KEY: 'SG.1', SENDGRID_FROM: 'noreply@example.com' };
const REPORTS = { PUBLIC_URL, SENDGRID_WEBHOOK_KEY: P256 };
const LOCAL: Environment = { ...SETTINGS, ...EMULATORS, GCLOUD_PROJECT: 'demo', OUTBOX_URL: 'http://127.0.0.1:5010' };
const DEPLOYED: Environment = {
  ...SETTINGS,
  ...TWILIO,
  ...SENDGRID,
  ...REPORTS,
  GCLOUD_PROJECT: 'live',
  K_SERVICE: 'api',
  K_CONFIGURATION: 'api',
};

describe('readConfig', () => {
  it('reads a local stack', () => {
    const config = readConfig(LOCAL);
    expect(config).to.include({ projectId: 'demo', apiKey: 'web-key', region: 'us-central1' });
    expect(config.emulators).to.deep.equal({ firestore: '127.0.0.1:8080', auth: '127.0.0.1:9099' });
    expect(config.delivery).to.deep.equal({
      outboxUrl: 'http://127.0.0.1:5010',
      twilio: null,
      sendgrid: null,
      callbacks: { publicUrl: null, twilioAuthToken: null, sendgridPublicKey: null },
      warnings: [],
    });
  });

  it('reads a deployment', () => {
    const config = readConfig({ ...DEPLOYED, FUNCTION_REGION: 'europe-west1' });
    expect(config).to.include({ projectId: 'live', region: 'europe-west1', emulators: null });
    expect(config.delivery).to.deep.equal({
      outboxUrl: null,
      twilio: { accountSid: 'AC1', username: 'AC1', password: 'token', sender: 'MG1', publicUrl: PUBLIC_URL },
      sendgrid: { apiKey: 'SG.1', from: 'noreply@example.com' },
      callbacks: { publicUrl: PUBLIC_URL, twilioAuthToken: 'token', sendgridPublicKey: P256 },
      warnings: [],
    });
  });

  it('sends with an API key where there is one, and verifies reports with the token', () => {
    const { delivery } = readConfig({ ...DEPLOYED, ...TWILIO_KEY });
    expect(delivery.twilio).to.include({ accountSid: 'AC1', username: 'SK1', password: 'key-secret' });
    expect(delivery.twilio).to.include({ publicUrl: PUBLIC_URL });
    expect(delivery.callbacks.twilioAuthToken).to.equal('token');
  });

  it('asks for no reports with an API key alone, which Twilio does not sign with', () => {
    const { delivery } = readConfig({ ...DEPLOYED, ...TWILIO_KEY, TWILIO_AUTH_TOKEN: 'unset' });
    expect(delivery.twilio).to.include({ username: 'SK1', publicUrl: null });
    expect(delivery.callbacks.twilioAuthToken).to.equal(null);
    expect(delivery.warnings.map(({ severity, message }) => [severity, message.split(' ')[0]])).to.deep.equal([
      ['WARNING', 'TWILIO_AUTH_TOKEN'],
    ]);
  });

  it('forgives the line end behind a secret', () => {
    const { delivery } = readConfig({ ...DEPLOYED, TWILIO_AUTH_TOKEN: 'token\n', SENDGRID_API_KEY: 'SG.1\n' });
    expect([delivery.twilio?.password, delivery.sendgrid?.apiKey]).to.deep.equal(['token', 'SG.1']);
  });

  it('refuses every emulator switch in production, before it looks at anything else', () => {
    for (const name of Object.keys({ ...EMULATORS, OUTBOX_URL: '' }))
      expect(() => readConfig({ ...DEPLOYED, WEB_API_KEY: '', [name]: 'x' }), name).to.throw('Refusing to start');
  });

  for (const name of ['WEB_API_KEY', 'CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY', 'GCLOUD_PROJECT'])
    it(`refuses a missing and an empty ${name}, and names it`, () => {
      for (const value of [undefined, '']) expect(() => readConfig({ ...DEPLOYED, [name]: value })).to.throw(name);
    });

  const HALVES: readonly Environment[] = [TWILIO, SENDGRID, { ...TWILIO, ...TWILIO_KEY, TWILIO_AUTH_TOKEN: '' }];
  for (const provider of HALVES)
    for (const name of Object.keys(provider).filter((one) => provider[one] !== ''))
      it(`refuses half of ${Object.keys(provider).join(', ')}: without ${name}`, () => {
        for (const value of [undefined, '', 'unset'])
          expect(() => readConfig({ ...DEPLOYED, ...provider, [name]: value })).to.throw(
            new RegExp(`^Set ${name}( \\(or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET\\))? as well, or none of `),
          );
      });

  const MISTAKEN: readonly (readonly [name: string, values: readonly string[]])[] = [
    ['TWILIO_ACCOUNT_SID', ['1', 'SK1', 'MG1', '"AC1"']],
    ['TWILIO_API_KEY_SID', ['1', 'AC1', 'key-secret']],
    ['SENDGRID_FROM', ['example.com', 'Acme <noreply@example.com>', 'noreply@', 'a@example.com,b@example.com']],
  ];
  for (const [name, values] of MISTAKEN)
    for (const value of values)
      it(`refuses ${name}=${value}`, () => {
        const read = () => readConfig({ ...DEPLOYED, ...TWILIO_KEY, [name]: value });
        expect(read).to.throw(`The parameter ${name} must be`);
      });

  it('warns, as of an error, of a channel without a provider, where there is no outbox either', () => {
    const unset = Object.fromEntries(Object.keys({ ...TWILIO, ...SENDGRID }).map((name) => [name, 'unset']));
    const { delivery } = readConfig({ ...DEPLOYED, ...unset });
    expect(delivery).to.include({ twilio: null, sendgrid: null });
    expect(delivery.warnings.map(({ severity }) => severity)).to.deep.equal(['ERROR', 'ERROR']);
    expect(delivery.warnings.map(({ message }) => message).join(' ')).to.match(/Twilio.*SendGrid/);
  });

  it('warns once of each setting that reports of the providers lack', () => {
    const { delivery } = readConfig({ ...DEPLOYED, PUBLIC_URL: '', SENDGRID_WEBHOOK_KEY: '' });
    expect(delivery.callbacks).to.include({ publicUrl: null, sendgridPublicKey: null });
    expect(delivery.warnings.map(({ severity, message }) => [severity, message.split(' ')[0]])).to.deep.equal([
      ['WARNING', 'PUBLIC_URL'],
      ['WARNING', 'SENDGRID_WEBHOOK_KEY'],
    ]);
  });

  for (const value of ['https://example.com', 'https://example.com/api', 'https://example.com:8443/a/b'])
    it(`takes the public URL ${value}`, () => {
      expect(readConfig({ ...DEPLOYED, PUBLIC_URL: value }).delivery.callbacks.publicUrl).to.equal(value);
    });

  const BAD_URLS = [
    'example.com/api',
    'http://example.com/api',
    'https://example.com/',
    'https://example.com/api/',
    'https://example.com/api?x=1',
    'https://example.com/api#x',
    'https://user:password@example.com/api',
    'https://localhost/api',
    'https://my_host.example.com/api',
    'https://EXAMPLE.com/api',
    'https://example.com/a b',
  ];
  for (const value of BAD_URLS)
    it(`refuses the public URL ${value}`, () => {
      expect(() => readConfig({ ...DEPLOYED, PUBLIC_URL: value })).to.throw('The parameter PUBLIC_URL must be');
    });

  const BAD_KEYS = { 'another curve': publicKeyOf('P-384'), words: 'not a key', 'half of one': P256.slice(0, 60) };
  for (const [what, value] of Object.entries(BAD_KEYS))
    it(`refuses a webhook key that is ${what}`, () => {
      const read = () => readConfig({ ...DEPLOYED, SENDGRID_WEBHOOK_KEY: value });
      expect(read).to.throw('The parameter SENDGRID_WEBHOOK_KEY must be');
    });

  it('refuses one emulator without the other', () => {
    expect(() => readConfig({ ...LOCAL, FIRESTORE_EMULATOR_HOST: undefined })).to.throw('or neither');
  });
});

/** As SendGrid shows its key. */
function publicKeyOf(namedCurve: string): string {
  return generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}
