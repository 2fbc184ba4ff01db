import { expect } from 'chai';
import { CliError } from '../functions/src/admin/cli/cli-errors.js';
import { rejection } from '../functions/test/support/unit-fixtures.js';
import { AdminTarget } from './admin-target.js';

describe('AdminTarget', () => {
  it('takes no real project where the environment points at an emulator', async () => {
    const target = new AdminTarget(undefined, { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' });
    for (const opening of [target.connect('acme-live'), target.doctorTarget('acme-live')]) {
      const error = await rejection(opening);
      expect(error).to.be.instanceOf(CliError);
      expect(String(error)).to.contain('unset FIRESTORE_EMULATOR_HOST');
    }
  });

  it('passes on what is wrong with the settings of the stack', async () => {
    const target = new AdminTarget(() => ({ WEB_API_KEY: 'demo' }), {});
    for (const opening of [target.connect(null), target.doctorTarget(null)])
      expect(await rejection(opening)).to.be.instanceOf(CliError);
  });
});
