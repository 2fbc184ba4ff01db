import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { readConfig } from './config.js';
import type { Environment } from './environment.js';

const key = () => randomBytes(32).toString('base64');
const SETTINGS = { WEB_API_KEY: 'web-key', CODE_PEPPERS: `1:${key()}`, DATA_KEYS: `1:${key()}`, INDEX_KEY: key() };
const EMULATORS = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080', FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' };
const TWILIO = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token', TWILIO_SENDER: 'MG1' };
const SENDGRID = { SENDGRID_API_KEY: 'SG.1', SENDGRID_FROM: 'noreply@example.com' };
const LOCAL: Environment = { ...SETTINGS, ...EMULATORS, GCLOUD_PROJECT: 'demo', OUTBOX_URL: 'http://127.0.0.1:5010' };
const DEPLOYED: Environment = {
  ...SETTINGS,
  ...TWILIO,
  ...SENDGRID,
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
      warnings: [],
    });
  });

  it('reads a deployment', () => {
    const config = readConfig({ ...DEPLOYED, FUNCTION_REGION: 'europe-west1' });
    expect(config).to.include({ projectId: 'live', region: 'europe-west1', emulators: null });
    expect(config.delivery).to.deep.equal({
      outboxUrl: null,
      twilio: { accountSid: 'AC1', authToken: 'token', sender: 'MG1' },
      sendgrid: { apiKey: 'SG.1', from: 'noreply@example.com' },
      warnings: [],
    });
  });

  it('refuses every emulator switch in production, before it looks at anything else', () => {
    for (const name of Object.keys({ ...EMULATORS, OUTBOX_URL: '' }))
      expect(() => readConfig({ ...DEPLOYED, WEB_API_KEY: '', [name]: 'x' }), name).to.throw('Refusing to start');
  });

  for (const name of ['WEB_API_KEY', 'CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY', 'GCLOUD_PROJECT'])
    it(`refuses a missing and an empty ${name}, and names it`, () => {
      for (const value of [undefined, '']) expect(() => readConfig({ ...DEPLOYED, [name]: value })).to.throw(name);
    });

  for (const provider of [TWILIO, SENDGRID])
    for (const name of Object.keys(provider))
      it(`refuses half a provider: without ${name}`, () => {
        for (const value of [undefined, '', 'unset'])
          expect(() => readConfig({ ...DEPLOYED, [name]: value })).to.throw(`Set ${name} as well`);
      });

  it('warns of a channel without a provider, where there is no outbox either', () => {
    const unset = Object.fromEntries(Object.keys({ ...TWILIO, ...SENDGRID }).map((name) => [name, 'unset']));
    const { delivery } = readConfig({ ...DEPLOYED, ...unset });
    expect(delivery).to.include({ twilio: null, sendgrid: null });
    expect(delivery.warnings).to.have.length(2);
    expect(delivery.warnings.join(' ')).to.include('Twilio').and.include('SendGrid');
  });

  it('refuses one emulator without the other', () => {
    expect(() => readConfig({ ...LOCAL, FIRESTORE_EMULATOR_HOST: undefined })).to.throw('or neither');
  });
});
