import { expect } from 'chai';
import { FindingError, failed } from './check.js';
import { describeDoctor, PROJECT } from './doctor-stub.spec.js';

const NAMES = ['CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY'] as const;

for (const name of NAMES)
  describeDoctor(`secret ${name}`, (stub) => {
    const others = NAMES.filter((other) => other !== name);
    const withValue = (value: string) => {
      stub().settings[name] = value;
      return stub().check(`secret ${name}`);
    };

    it('is not set', async () => {
      const { status, message, remedy } = await withValue('');
      expect({ status, message }).to.deep.equal({ status: 'failed', message: `The secret ${name} is not set.` });
      const version = name === 'INDEX_KEY' ? '' : '1:';
      expect(remedy).to.equal(
        `echo "${version}$(openssl rand -base64 32)" | npx firebase functions:secrets:set ${name} --data-file - --project ${PROJECT}`,
      );
    });

    it('is made by the start of a local stack', async () => {
      const emulators = { auth: '127.0.0.1:1', firestore: '127.0.0.1:1' };
      stub().settings[name] = '';
      const { remedy } = await stub().check(`secret ${name}`, { emulators });
      expect(remedy).to.equal(`remove ${name} from functions/.secret.local and run npm start`);
    });

    const BAD = ['too-short', '1:too-short', 'unset', Buffer.alloc(32).toString('base64'), `1:${'A'.repeat(43)}=`];
    for (const bad of BAD)
      it(`is not ${bad}, which is not repeated`, async () => {
        const { status, message, remedy } = await withValue(bad);
        expect(status).to.equal('failed');
        expect(message).to.include(`The secret ${name}`);
        expect(remedy).to.include('Correct it.');
      });

    it('has nothing to do with the others', async () => {
      for (const other of others) stub().settings[other] = 'bad';
      expect((await stub().check(`secret ${name}`)).status).to.equal('ok');
      for (const other of others) expect((await stub().check(`secret ${other}`)).status).to.equal('failed');
      expect(stub().asked()).to.deep.equal([]);
    });

    it('could not be read', async () => {
      const read = () => {
        throw new FindingError(failed('Secret Manager is closed.', 'Ask for the role.'));
      };
      expect(await stub().check(`secret ${name}`, { read })).to.include({ message: 'Secret Manager is closed.' });
    });
  });
