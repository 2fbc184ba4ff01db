import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { TenantSetupError } from '../../identity/tenant-directory.js';

const SECRET = /gh_secret_live_\S+/;

describe('admin orgs create', () => {
  let desk: AdminDesk;
  beforeEach(() => {
    desk = new AdminDesk();
  });

  it('prints id, key and secret, the secret once and nowhere else', async () => {
    const records = await desk.audited(async () => {
      const { code, out, err } = await desk.run('orgs', 'create', 'Acme & Söhne');
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.match(
        /^Made the live org Acme & Söhne\.\n\nOrg id +org_\S{22}\nKey +gh_key_live_\S{22}\nSecret +gh_secret_live_/,
      );
      expect(out).to.contain("can't be shown again");
      expect(out.split('gh_secret_')).to.have.length(2);
    });
    expect(records.map(({ action }) => action).sort()).to.deep.equal([
      'credential.issued',
      'org.created',
      'org.provisioned',
    ]);
    for (const { actor } of records) expect(actor).to.deep.equal(ACTOR);
    expect(JSON.stringify(records)).to.not.contain('gh_secret_');
    expect(await desk.done('orgs', 'list')).to.not.contain('gh_secret_');
  });

  it('makes a test org with settings of its own, and answers a secret that works', async () => {
    const settings = ['codeLength=8', 'smsCountries=["US","CA"]', 'senderName=Acme', 'limits={"sends10m":2}'];
    const options = settings.flatMap((setting) => ['--setting', setting]);
    const made = await desk.json<Record<string, string>>('orgs', 'create', 'Acme', '--test', ...options);
    expect(made).to.include({ name: 'Acme', environment: 'test', requestId: ACTOR.requestId });
    const { org } = await desk.services.credentials.authenticate(made['key'] ?? '', made['secret'] ?? '');
    expect(org.orgId).to.equal(made['orgId']);
    const wanted = { codeLength: 8, smsCountries: ['US', 'CA'], senderName: 'Acme', limits: { sends10m: 2 } };
    expect(org.settings).to.deep.include(wanted);
  });

  for (const [title, setting, message] of [
    ['without a value', 'codeLength', /key=value/],
    ['that there is not', 'codelength=8', /no such setting.*codeLength/s],
    ['of an object', '__proto__=1', /no such setting/],
  ] as const)
    it(`refuses a setting ${title}`, async () => {
      expectRefusal(await desk.run('orgs', 'create', 'Acme', '--setting', setting), 2, message);
      expect(desk.connected).to.deep.equal([]);
    });

  it('says what is wrong with a name or a setting, and makes nothing', async () => {
    const run = await desk.run('orgs', 'create', 'Acme', '--setting', 'codeLength=99');
    expectRefusal(run, 1, /settings\.codeLength: Must be a whole number from 4 to 10/);
    expectRefusal(await desk.run('orgs', 'create', ''), 1, /name: Must be a text/);
    expect(await desk.json('orgs', 'list')).to.deep.equal([]);
  });

  it('makes nothing where the secret would go into a file, unless that is meant', async () => {
    desk.isOutSeen = false;
    expectRefusal(await desk.run('orgs', 'create', 'Acme'), 1, /no terminal\. Nothing was done\.\n.*--show-secret/);
    expect(desk.connected).to.deep.equal([]);
    expect(await desk.done('orgs', 'create', 'Acme', '--show-secret')).to.match(SECRET);
    expect(await desk.org())
      .to.have.property('secret')
      .that.matches(SECRET);
  });

  it('passes on what the project lacks', async () => {
    desk.ports.tenants.create = async () => Promise.reject(new TenantSetupError('Multi-tenancy is off: switch it on.'));
    const run = await desk.run('orgs', 'create', 'Acme');
    expectRefusal(run, 1, /^error: Multi-tenancy is off: switch it on\.\n.*orgs list/);
  });
});
