import { expect } from 'chai';
import { CONFIG, describeDoctor, googleError, json, PROJECT, ROUTES, tenant } from './doctor-stub.spec.js';
import { patchConfig, patchTenants } from './identity-repairs.js';

const OPEN = { emailPrivacyConfig: { enableImprovedEmailPrivacy: false } };

describeDoctor('multi-tenancy', (stub) => {
  for (const multiTenant of [undefined, {}, { allowTenants: false }, { allowTenants: 'true' }])
    it(`is off with ${JSON.stringify(multiTenant)}`, async () => {
      stub().on('config', json({ ...CONFIG, multiTenant }));
      const { status, message, remedy } = await stub().check('multi-tenancy');
      expect(status).to.equal('failed');
      expect(message).to.equal('Multi-tenancy is off: no org can be made.');
      expect(remedy).to.include(`customer-identity/settings?project=${PROJECT}`);
      for (const name of ['tenants', 'email enumeration protection'])
        expect((await stub().check(name)).status, name).to.equal('skipped');
    });

  it('warns when sign-in with a password is off', async () => {
    stub().on('config', json({ ...CONFIG, signIn: { email: {} } }));
    expect(await stub().check('multi-tenancy')).to.include({
      status: 'warning',
      message: 'Multi-tenancy is on; the provider Email / Password is off for the project.',
    });
  });

  it('tells that there is no Identity Platform at all', async () => {
    stub().on('config', json({ error: { code: 404, message: 'CONFIGURATION_NOT_FOUND' } }, 404));
    for (const name of ['multi-tenancy', 'tenants', 'email enumeration protection']) {
      const { status, message } = await stub().check(name);
      expect({ status, message }).to.deep.equal({
        status: 'failed',
        message: 'Identity Platform is not set up in this project.',
      });
    }
  });
});

describeDoctor('email enumeration protection', (stub) => {
  it('names the project and the tenants that lack it', async () => {
    stub().on('config', json({ ...CONFIG, ...OPEN }));
    stub().on('tenants', json({ tenants: [tenant('a-1', OPEN), tenant('b-2'), tenant('c-3', OPEN)] }));
    const { status, message, remedy } = await stub().check('email enumeration protection');
    expect({ status, message }).to.deep.equal({
      status: 'failed',
      message: 'It is off for the project and for tenants a-1, c-3.',
    });
    const [ofProject, ofTenants] = remedy?.split('\n') ?? [];
    expect(ofProject).to.match(/^curl -X PATCH .*\/admin\/v2\/projects\/acme-live\/config\?updateMask=email/);
    expect(ofTenants).to.match(/^for t in a-1 c-3; do curl .*tenants\/\$t\?updateMask=emailPrivacyConfig\.enable/);
  });

  it('is about each of them alone', async () => {
    stub().on('config', json({ ...CONFIG, emailPrivacyConfig: undefined }));
    expect((await stub().check('email enumeration protection')).message).to.equal('It is off for the project.');
    stub().on('config', json(CONFIG));
    stub().on('tenants', json({ tenants: [tenant('a-1', { emailPrivacyConfig: undefined })] }));
    expect((await stub().check('email enumeration protection')).message).to.equal('It is off for tenants a-1.');
  });
});

describeDoctor('tenants', (stub) => {
  const withTenants = async (...tenants: readonly object[]) => {
    stub().on('tenants', json({ tenants }));
    return stub().check('tenants');
  };

  it('may be none yet', async () => {
    stub().on('tenants', json({}));
    expect((await stub().check('tenants')).status).to.equal('ok');
  });

  const permissions = (disabledUserSignup?: boolean, disabledUserDeletion?: boolean) => ({
    client: { permissions: { disabledUserSignup, disabledUserDeletion } },
  });
  const FAULTS: readonly (readonly [changes: object, fault: string, mask: string, value: boolean])[] = [
    [{ disableAuth: true }, 'sign-in is disabled', 'disableAuth', false],
    [{ allowPasswordSignup: undefined }, 'passwords are off', 'allowPasswordSignup', true],
    [permissions(false, true), 'anybody may sign up', 'client.permissions.disabledUserSignup', true],
    [permissions(true), 'users may delete themselves', 'client.permissions.disabledUserDeletion', true],
  ];
  for (const [changes, fault, mask, value] of FAULTS)
    it(`with ${JSON.stringify(changes)}: ${fault}`, async () => {
      const { status, message, remedy } = await withTenants(tenant('a-1'), tenant('b-2', changes));
      expect({ status, message }).to.deep.equal({ status: 'failed', message: `Of 2 tenants: ${fault} in b-2.` });
      expect(remedy)
        .to.match(/^for t in b-2; do curl -X PATCH /)
        .and.include(`/tenants/$t?updateMask=${mask}"`);
      expect(remedy).to.match(new RegExp(` -d '[^']*"${mask.split('.').at(-1)}":${value}}*'; done$`));
    });

  it('are all named, with a command for each fault', async () => {
    const { message, remedy } = await withTenants(
      tenant('a-1', { client: {} }),
      tenant('b-2', { client: undefined, allowPasswordSignup: false }),
    );
    expect(message).to.equal(
      'Of 2 tenants: passwords are off in b-2; anybody may sign up in a-1, b-2; users may delete themselves in a-1, b-2.',
    );
    expect(remedy?.split('\n')).to.have.length(3);
  });

  it('are named up to ten', async () => {
    const many = Array.from({ length: 12 }, (_, index) => tenant(`t-${index}`, { disableAuth: true }));
    const { message, remedy } = await withTenants(...many);
    expect(message).to.include('t-9 and 2 more').and.not.include('t-10');
    expect(remedy).to.include('t-9;').and.not.include('t-10');
  });

  it('are looked at on every page', async () => {
    const pages: Readonly<Record<string, object>> = {
      '': { tenants: [tenant('a-1')], nextPageToken: 'p 2' },
      'p 2': { tenants: [], nextPageToken: 'p3' },
      p3: { tenants: [tenant('z-9', { disableAuth: true })], nextPageToken: '' },
    };
    stub().on('tenants', (url) => json(pages[url.searchParams.get('pageToken') ?? '']));
    expect((await stub().check('tenants')).message).to.equal('Of 2 tenants: sign-in is disabled in z-9.');
    expect(stub().asked().slice(1)).to.deep.equal([
      `${ROUTES.tenants}?pageSize=1000`,
      `${ROUTES.tenants}?pageSize=1000&pageToken=p+2`,
      `${ROUTES.tenants}?pageSize=1000&pageToken=p3`,
    ]);
  });

  it('are not judged by a part of the pages', async () => {
    const first = json({ tenants: [tenant('a-1')], nextPageToken: '2' });
    stub().on('tenants', (url) => (url.searchParams.has('pageToken') ? googleError(503, 'UNAVAILABLE') : first));
    expect((await stub().check('tenants')).status).to.equal('failed');
  });

  const STRANGE = [
    { tenants: 'x' },
    { tenants: {} },
    { tenants: ['x'] },
    { tenants: [null] },
    { tenants: [{}] },
    { tenants: [{ name: 'projects/p/tenants/$(reboot)' }] },
  ];
  for (const answer of STRANGE)
    it(`are not ${JSON.stringify(answer)}`, async () => {
      stub().on('tenants', json(answer));
      const { status, message } = await stub().check('tenants');
      expect(status).to.equal('failed');
      expect(message).to.include('not what the documentation');
    });
});

describeDoctor('the commands that repair', (stub) => {
  const PRIVACY = { emailPrivacyConfig: { enableImprovedEmailPrivacy: true } };
  const MASK = 'updateMask=emailPrivacyConfig.enableImprovedEmailPrivacy';
  const DATA = `-H 'Content-Type: application/json'`;
  const BODY = `-d '{"emailPrivacyConfig":{"enableImprovedEmailPrivacy":true}}'`;

  it('are whole', () => {
    const { origins: _none, ...target } = stub().target({ projectId: 'p-1' });
    const token = '-H "Authorization: Bearer $(gcloud auth print-access-token)"';
    const rest = `${token} ${DATA} -H 'X-Goog-User-Project: p-1' ${BODY}`;
    const api = 'https://identitytoolkit.googleapis.com';
    expect(patchConfig(target, PRIVACY)).to.equal(
      `curl -X PATCH "${api}/admin/v2/projects/p-1/config?${MASK}" ${rest}`,
    );
    expect(patchTenants(target, ['a-1', 'b-2'], PRIVACY)).to.equal(
      `for t in a-1 b-2; do curl -X PATCH "${api}/v2/projects/p-1/tenants/$t?${MASK}" ${rest}; done`,
    );
  });

  it('go to the emulator of a local stack', () => {
    const emulators = { auth: '127.0.0.1:9099', firestore: '127.0.0.1:8080' };
    const { origins: _none, ...target } = stub().target({ projectId: 'p-1', emulators });
    const url = `http://127.0.0.1:9099/identitytoolkit.googleapis.com/v2/projects/p-1/tenants/$t?${MASK}`;
    expect(patchTenants(target, ['a-1'], PRIVACY)).to.equal(
      `for t in a-1; do curl -X PATCH "${url}" -H "Authorization: Bearer owner" ${DATA} ${BODY}; done`,
    );
  });
});
