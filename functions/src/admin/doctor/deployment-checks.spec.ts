import { expect } from 'chai';
import type { StubAnswer } from '../../../test/support/stub-server.js';
import { deploymentChecks } from './deployment-checks.js';
import { ACCOUNT, describeDoctor, googleError, json, PROJECT, ROUTES } from './doctor-stub.spec.js';

const NAMES = [
  'multi-tenancy',
  'email enumeration protection',
  'tenants',
  'security rules',
  'indexes',
  'TTL policies',
  'secret CODE_PEPPERS',
  'secret DATA_KEYS',
  'secret INDEX_KEY',
  'web API key',
  'function',
  'signing of tokens',
  'queueing of messages',
  'Twilio',
  'SendGrid',
  'delivery reports',
  'clock',
];

/** What each check asks first, and the permission that takes. */
const ASKED: readonly (readonly [name: string, route: keyof typeof ROUTES, permission: string])[] = [
  ['multi-tenancy', 'config', 'firebaseauth.configs.get'],
  ['email enumeration protection', 'config', 'firebaseauth.configs.get'],
  ['email enumeration protection', 'tenants', 'identitytoolkit.tenants.list'],
  ['tenants', 'tenants', 'identitytoolkit.tenants.list'],
  ['security rules', 'release', 'firebaserules.releases.get'],
  ['security rules', 'ruleset', 'firebaserules.rulesets.get'],
  ['indexes', 'fields', 'datastore.indexes.list'],
  ['TTL policies', 'fields', 'datastore.indexes.list'],
  ['function', 'function', 'cloudfunctions.functions.get'],
  ['signing of tokens', 'function', 'cloudfunctions.functions.get'],
  ['queueing of messages', 'function', 'cloudfunctions.functions.get'],
];

describeDoctor('deploymentChecks', (stub) => {
  it('finds nothing wrong with a deployment where nothing is', async () => {
    const results = await stub().run(deploymentChecks(stub().target()));
    expect(results.map(({ name }) => name)).to.deep.equal(NAMES);
    for (const { name, status, message, remedy } of results)
      expect({ status, remedy }, `${name}: ${message}`).to.deep.equal({ status: 'ok', remedy: null });
  });

  it('asks each service what is documented, once, and changes nothing', async () => {
    await stub().run(deploymentChecks(stub().target()));
    const requests = [...stub().requests];
    expect(stub().asked()).to.deep.equal(
      [
        ROUTES.config,
        `${ROUTES.tenants}?pageSize=1000`,
        `${ROUTES.publicConfig}?key=AIza-web%2Bkey`,
        ROUTES.publicConfig,
        ROUTES.release,
        ROUTES.ruleset,
        `${ROUTES.fields}?filter=indexConfig.usesAncestorConfig%3Dfalse+OR+ttlConfig%3A*`,
        ROUTES.function,
        `${ROUTES.accountPolicy}?options.requestedPolicyVersion=3`,
        ROUTES.projectPolicy,
        ROUTES.twilio,
        ROUTES.sendgrid,
      ].sort(),
    );
    for (const { url, headers } of requests) {
      const [, service] = url.pathname.split('/');
      const isPublic = url.pathname === '/identitytoolkit/v1/projects';
      const isGoogle = service !== 'twilio' && service !== 'sendgrid' && !isPublic;
      expect(headers['x-goog-user-project'], url.pathname).to.equal(isGoogle ? PROJECT : undefined);
      if (isGoogle) expect(headers.authorization, url.pathname).to.equal('Bearer ya29.access-token');
      if (isPublic) expect(headers.authorization).to.equal(undefined);
    }
  });

  it('looks at what a local stack has, and says why it skips the rest', async () => {
    const emulators = { auth: `${stub().host}`, firestore: '127.0.0.1:1' };
    const { origins: _none, ...local } = stub().target({ emulators, projectId: 'demo' });
    // The emulator keeps these two settings of a tenant, and no others.
    const tenant = { name: 'projects/demo/tenants/acme-1', allowPasswordSignup: true, disableAuth: false };
    stub().routes.set('GET /identitytoolkit.googleapis.com/v2/projects/demo/tenants', json({ tenants: [tenant] }));
    for (const name of ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_SENDER', 'SENDGRID_API_KEY'] as const)
      stub().settings[name] = 'unset';
    stub().settings.SENDGRID_FROM = '';
    const results = await stub().run(deploymentChecks(local));
    const ok = ['tenants', 'secret CODE_PEPPERS', 'secret DATA_KEYS', 'secret INDEX_KEY', 'web API key'];
    for (const { name, status, message } of results)
      expect(status, `${name}: ${message}`).to.equal(ok.includes(name) ? 'ok' : 'skipped');
    expect(stub().asked()).to.deep.equal([
      'GET /identitytoolkit.googleapis.com/v2/projects/demo/tenants?pageSize=1000',
    ]);
  });

  for (const [name, route, permission] of ASKED)
    describe(`${name}, when ${route}`, () => {
      const answering = async (answer: StubAnswer) => {
        stub().on(route, answer);
        return stub().check(name);
      };

      it('is not for us: names the permission and how to get it', async () => {
        const { status, message, remedy } = await answering(googleError(403, 'PERMISSION_DENIED'));
        expect(status).to.equal('failed');
        expect(message).to.equal(`Your account lacks the permission ${permission}.`);
        expect(remedy).to.match(
          new RegExp(`gcloud projects add-iam-policy-binding ${PROJECT} --member=user:YOUR_ADDRESS --role=roles/\\S+$`),
        );
      });

      it('belongs to an API that is off', async () => {
        const { status, remedy } = await answering(googleError(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'));
        expect(status).to.equal('failed');
        expect(remedy).to.match(/^gcloud services enable [a-z]+\.googleapis\.com --project=acme-live$/);
      });

      const WRONG: readonly (readonly [what: string, answer: StubAnswer, message: RegExp])[] = [
        ['refuses the token', googleError(401, 'UNAUTHENTICATED'), /did not accept the access token/],
        ['is down', googleError(503, 'UNAVAILABLE'), /not available now \(status 503\)/],
        ['is broken', { status: 500, text: '<html>' }, /not available now \(status 500\)/],
        ['has had enough', googleError(429, 'RESOURCE_EXHAUSTED'), /not available now \(status 429\)/],
        ['is a captive portal', { status: 200, text: '<html>Log in</html>' }, /did not answer as documented/],
        ['is a list', json([]), /did not answer as documented/],
        ['is lost', { status: 404, text: '<html>' }, /did not answer as documented/],
        [
          'does not like it',
          googleError(400, 'INVALID_ARGUMENT'),
          /refused the request \(status 400, INVALID_ARGUMENT/,
        ],
        ['breaks off', 'half', /could not be reached/],
        ['hangs up', 'drop', /could not be reached/],
        ['is silent', 'hang', /did not answer in time/],
      ];
      for (const [what, answer, expected] of WRONG)
        it(what, async () => {
          const { status, message } = await answering(answer);
          expect(status).to.equal('failed');
          expect(message).to.match(expected);
        });
    });

  it('says which machine nobody reaches', async () => {
    const target = stub().target();
    const { host } = stub();
    await stub().stop();
    const inside = (name: string) => name.startsWith('secret') || name === 'delivery reports';
    const outside = deploymentChecks(target).filter(({ name }) => !inside(name));
    for (const { name, status, message, remedy } of await stub().run(outside)) {
      expect(status, name).to.equal('failed');
      expect(message, name).to.match(/could not be reached\.$/);
      expect(remedy, name).to.include(host);
    }
  });

  it('needs somebody to be logged in', async () => {
    const tokens = { get: () => Promise.reject(new Error('no credentials in /home/ada/.config')) };
    const { status, message, remedy } = await stub().check('multi-tenancy', { tokens });
    expect({ status, message }).to.deep.equal({ status: 'failed', message: 'There is no access token for Google.' });
    expect(remedy).to.include('gcloud auth application-default login');
  });

  const FORBIDDEN: readonly (readonly [reason: string, message: RegExp, remedy: RegExp])[] = [
    ['BILLING_DISABLED', /Billing is off/, /billing\/linkedaccount\?project=acme-live/],
    ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', /without the scope cloud-platform/, /application-default login/],
    ['USER_PROJECT_DENIED', /serviceusage\.services\.use/, /roles\/serviceusage\.serviceUsageConsumer/],
  ];
  for (const [reason, message, remedy] of FORBIDDEN)
    it(`explains ${reason}`, async () => {
      stub().on('config', googleError(403, 'PERMISSION_DENIED', reason));
      const result = await stub().check('multi-tenancy');
      expect(result.message).to.match(message);
      expect(result.remedy).to.match(remedy);
    });

  it('takes the account that it is given, and asks nobody', async () => {
    const { status } = await stub().check('signing of tokens', { functionServiceAccount: ACCOUNT });
    expect(status).to.equal('ok');
    expect(stub().asked()).not.to.include(ROUTES.function);
  });
});
