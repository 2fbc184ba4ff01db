import { expect } from 'chai';
import { rejection, testKey } from '../../../test/support/unit-fixtures.js';
import { FindingError, failed } from '../doctor/check.js';
import { CliError } from './cli-errors.js';
import { ProjectSettings } from './project-settings.js';

const key = (name: string) => testKey(name).toString('base64');
const STORED: Readonly<Record<string, string>> = {
  CODE_PEPPERS: `1:${key('peppers')}`,
  DATA_KEYS: `1:${key('data')}`,
  INDEX_KEY: `${key('index')}\n`,
  TWILIO_AUTH_TOKEN: 'unset',
};

describe('ProjectSettings', () => {
  let asked: string[];
  const secrets = {
    read: async (name: string) => {
      asked.push(name);
      const value = STORED[name];
      if (value === undefined) throw new FindingError(failed(`There is no secret ${name}.`, 'Set it.'));
      return value;
    },
  };
  const settings = (given: Record<string, string> = {}) =>
    new ProjectSettings('acme-live', { WEB_API_KEY: 'web-key', ...given }, secrets);
  beforeEach(() => {
    asked = [];
  });

  it('reads the secrets that commands need, and no other', async () => {
    const config = await settings({ TWILIO_ACCOUNT_SID: 'AC1', OUTBOX_URL: 'http://localhost' }).config();
    expect(config).to.include({ projectId: 'acme-live', apiKey: 'web-key', emulators: null });
    expect(config.secrets.indexKey.equals(testKey('index'))).to.equal(true);
    expect(asked.sort()).to.deep.equal(['CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY']);
  });

  it('prefers what the environment has, and then asks for nothing', async () => {
    const given = { CODE_PEPPERS: `1:${key('a')}`, DATA_KEYS: `1:${key('b')}`, INDEX_KEY: key('mine') };
    const { secrets: found } = await settings(given).config();
    expect(found.indexKey.equals(testKey('mine'))).to.equal(true);
    expect(asked).to.deep.equal([]);
  });

  it('says what is missing or malformed, and where it belongs', async () => {
    const missing = await rejection(settings({ WEB_API_KEY: '' }).config());
    expect(missing).to.be.instanceOf(CliError);
    expect(String(missing)).to.contain('functions/.env.acme-live');
    const short = await rejection(settings({ INDEX_KEY: 'c2hvcnQ=' }).config());
    expect(short).to.be.instanceOf(CliError);
    expect(String(short)).to.contain('INDEX_KEY').and.not.contain('c2hvcnQ=');
  });

  it('reads every setting for the doctor, and throws only when asked for one that could not be read', async () => {
    const read = await settings({ SENDGRID_FROM: 'a@example.com' }).reader();
    expect([read('SENDGRID_FROM'), read('TWILIO_AUTH_TOKEN'), read('TWILIO_SENDER')]).to.deep.equal([
      'a@example.com',
      'unset',
      '',
    ]);
    expect(() => read('SENDGRID_API_KEY')).to.throw(FindingError, /There is no secret SENDGRID_API_KEY/);
  });
});
