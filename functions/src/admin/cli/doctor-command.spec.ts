import { expect } from 'chai';
import { AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { testKey } from '../../../test/support/unit-fixtures.js';
import type { CheckResult } from '../doctor/check.js';
import type { DoctorTarget } from '../doctor/doctor-target.js';
import { CliError } from './cli-errors.js';

const key = (name: string) => testKey(name).toString('base64');
const SETTINGS: Readonly<Record<string, string>> = {
  WEB_API_KEY: 'web-key',
  CODE_PEPPERS: `1:${key('peppers')}`,
  DATA_KEYS: `1:${key('data')}`,
  INDEX_KEY: key('index'),
};

describe('admin doctor', () => {
  let desk: AdminDesk;
  beforeEach(() => {
    desk = new AdminDesk();
  });

  /** Emulators that nobody runs: what asks them fails, the rest is skipped or looks at the settings. */
  function target(settings = SETTINGS): DoctorTarget {
    return {
      projectId: 'demo-gatehouse',
      region: 'us-central1',
      functionServiceAccount: null,
      emulators: { firestore: '127.0.0.1:1', auth: '127.0.0.1:1' },
      tokens: { get: async () => 'owner' },
      read: (name) => settings[name] ?? '',
      expected: { rules: '', indexes: '{}' },
      clock: desk.clock,
      requestTimeoutMs: 500,
    };
  }

  it('prints each result in a line with what to do below it, a summary, and ends with 1 when one failed', async () => {
    desk.doctorTarget = async () => target({ ...SETTINGS, INDEX_KEY: '' });
    const { code, out, err } = await desk.run('doctor');
    expect(code).to.equal(1);
    expect(out).to.match(/^ok +secret CODE_PEPPERS +It is set and long enough\.$/m);
    expect(out).to.match(/^failed +secret INDEX_KEY +The secret INDEX_KEY is not set\.\n {9}→ \S/m);
    expect(out).to.match(/\n\n\d+ ok, \d+ warning, \d+ failed, \d+ skipped\.\n$/);
    expect(err).to.match(/^error: (One check|\d+ checks) failed\.\n$/);
  });

  it('answers programs with all results at once', async () => {
    desk.doctorTarget = async () => target();
    const { out, err } = await desk.run('doctor', '--json');
    const results = JSON.parse(out) as CheckResult[];
    const secret = results.find(({ name }) => name === 'secret INDEX_KEY');
    expect(secret).to.deep.equal({
      name: 'secret INDEX_KEY',
      status: 'ok',
      message: 'It is set and long enough.',
      remedy: null,
    });
    const failures = results.filter(({ status }) => status === 'failed').length;
    expect(failures).to.be.greaterThan(0);
    expect(err).to.contain('failed.');
  });

  it('says why there is nothing to look at', async () => {
    desk.doctorTarget = async () => Promise.reject(new CliError('There is no stack running.'));
    expectRefusal(await desk.run('doctor'), 1, /^error: There is no stack running\.$/m);
  });
});
