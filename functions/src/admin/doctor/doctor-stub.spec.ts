import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { type StubAnswer, type StubRequest, StubServer } from '../../../test/support/stub-server.js';
import { ManualClock, testKey } from '../../../test/support/unit-fixtures.js';
import { type ParamName, SECRET_NAMES } from '../../config/param-names.js';
import type { Check, CheckResult } from './check.js';
import { deploymentChecks } from './deployment-checks.js';
import { runDoctor } from './doctor.js';
import type { DoctorTarget, ServiceName } from './doctor-target.js';
import { deployedFields, INDEXES, RULES } from './firestore-fixtures.spec.js';

export const PROJECT = 'acme-live';
export const NUMBER = '123456789012';
export const ACCOUNT = `${NUMBER}-compute@developer.gserviceaccount.com`;
export const TWILIO_SID = `AC${'a'.repeat(32)}`;
const SERVICES: readonly ServiceName[] = [
  'identitytoolkit',
  'firestore',
  'firebaserules',
  'cloudfunctions',
  'iam',
  'cloudresourcemanager',
  'twilio',
  'sendgrid',
];
const key = (name: string) => testKey(name).toString('base64');
const SETTINGS: Readonly<Record<ParamName, string>> = {
  WEB_API_KEY: 'AIza-web+key',
  CODE_PEPPERS: `1:${key('peppers')}`,
  DATA_KEYS: `1:${key('data')}`,
  INDEX_KEY: key('index'),
  TWILIO_ACCOUNT_SID: TWILIO_SID,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  TWILIO_API_KEY_SID: '',
  TWILIO_API_KEY_SECRET: 'unset',
  TWILIO_SENDER: 'MG1',
  SENDGRID_API_KEY: 'SG.sendgrid-key',
  SENDGRID_FROM: 'noreply@example.com',
  SENDGRID_WEBHOOK_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64'),
  PUBLIC_URL: 'https://europe-west1-acme-live.cloudfunctions.net/api',
  ACCOUNT_APP_NAME: '',
  ACCOUNT_ORIGINS: '',
  ACCOUNT_COUNTRIES: 'US',
  ACCOUNT_LOCALE: 'en',
  ACCOUNT_SMS_PER_DAY: '',
  ACCOUNT_HIDE_EXISTENCE: 'false',
  REQUIRE_APP_CHECK: 'false',
};
const TOKEN = 'ya29.access-token';
/** A healthy tenant, as the API has it. */
export const tenant = (id: string, changes: object = {}) => ({
  name: `projects/${PROJECT}/tenants/${id}`,
  displayName: id,
  allowPasswordSignup: true,
  client: { permissions: { disabledUserSignup: true, disabledUserDeletion: true } },
  emailPrivacyConfig: { enableImprovedEmailPrivacy: true },
  ...changes,
});

export const CONFIG = {
  name: `projects/${NUMBER}/config`,
  signIn: { email: { enabled: true, passwordRequired: true } },
  multiTenant: { allowTenants: true },
  emailPrivacyConfig: { enableImprovedEmailPrivacy: true },
};

const RULESET = `projects/${PROJECT}/rulesets/1234-abcd`;
const FIRESTORE = `/firestore/v1/projects/${PROJECT}/databases/(default)/collectionGroups/-`;
export const ROUTES = {
  config: `GET /identitytoolkit/admin/v2/projects/${PROJECT}/config`,
  tenants: `GET /identitytoolkit/v2/projects/${PROJECT}/tenants`,
  publicConfig: 'GET /identitytoolkit/v1/projects',
  release: `GET /firebaserules/v1/projects/${PROJECT}/releases/cloud.firestore`,
  ruleset: `GET /firebaserules/v1/${RULESET}`,
  fields: `GET ${FIRESTORE}/fields`,
  composites: `GET ${FIRESTORE}/indexes`,
  function: `GET /cloudfunctions/v2/projects/${PROJECT}/locations/europe-west1/functions/api`,
  accountPolicy: `POST /iam/v1/projects/${PROJECT}/serviceAccounts/${encodeURIComponent(ACCOUNT)}:getIamPolicy`,
  projectPolicy: `POST /cloudresourcemanager/v1/projects/${PROJECT}:getIamPolicy`,
  twilio: `GET /twilio/2010-04-01/Accounts/${TWILIO_SID}.json`,
  twilioMessages: `GET /twilio/2010-04-01/Accounts/${TWILIO_SID}/Messages.json`,
  sendgrid: 'GET /sendgrid/v3/scopes',
} as const;

export const json = (body: unknown, status = 200): StubAnswer => ({ status, json: body });

/** An error as Google's APIs give it: https://cloud.google.com/apis/design/errors */
export function googleError(code: number, status: string, reason?: string): StubAnswer {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
  const details = reason === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.Help' }, info];
  return json({ error: { code, status, message: `Says what it wants about ${TOKEN}`, details } }, code);
}

type Route = StubAnswer | ((url: URL) => StubAnswer);

const binding = (role: string, ...members: readonly string[]) => ({ role, members });

/** All the services that the doctor asks, as they answer for a deployment where nothing is wrong. */
export class DoctorStub extends StubServer {
  readonly routes = new Map<string, Route>();
  readonly clock = new ManualClock(Date.now());
  settings: Record<ParamName, string> = { ...SETTINGS };
  private timeoutMs = 8_000;

  constructor() {
    super();
    // Each request gets the answer of its route, and not all of them the same.
    Object.defineProperty(this, 'answer', { get: () => this.answerOf(this.requests.at(-1)) });
    const itself = `serviceAccount:${ACCOUNT}`;
    this.on('config', json(CONFIG));
    this.on('tenants', json({ tenants: [tenant('acme-1'), tenant('globex-2')] }));
    this.on('publicConfig', json({ projectId: NUMBER, authorizedDomains: [] }));
    this.on('release', json({ name: `projects/${PROJECT}/releases/cloud.firestore`, rulesetName: RULESET }));
    this.on('ruleset', json({ name: RULESET, source: { files: [{ name: 'firestore.rules', content: RULES }] } }));
    this.on('fields', json({ fields: deployedFields() }));
    this.on('function', json({ state: 'ACTIVE', serviceConfig: { serviceAccountEmail: ACCOUNT } }));
    const onItself = ['roles/iam.serviceAccountTokenCreator', 'roles/iam.serviceAccountUser'];
    this.on('accountPolicy', json({ bindings: onItself.map((role) => binding(role, itself)) }));
    this.on('projectPolicy', json({ bindings: [binding('roles/owner', 'user:ada@example.com')] }));
    this.on('twilio', json({ sid: TWILIO_SID, status: 'active', type: 'Full', auth_token: 'twilio-token' }));
    this.on('twilioMessages', json({ messages: [], page: 0, page_size: 1, next_page_uri: null }));
    this.on('sendgrid', json({ scopes: ['mail.batch.create', 'mail.send'] }));
  }

  on(route: keyof typeof ROUTES, answer: Route): void {
    this.routes.set(ROUTES[route], answer);
    // Patient on a busy machine, but not with what never answers.
    if (answer === 'hang') this.timeoutMs = 150;
  }

  target(changes: Partial<DoctorTarget> = {}): DoctorTarget {
    return {
      projectId: PROJECT,
      region: 'europe-west1',
      functionServiceAccount: null,
      emulators: null,
      tokens: { get: async () => TOKEN },
      read: (name) => this.settings[name],
      expected: { rules: RULES, indexes: INDEXES },
      clock: this.clock,
      origins: Object.fromEntries(SERVICES.map((service) => [service, `http://${this.host}/${service}`])),
      requestTimeoutMs: this.timeoutMs,
      ...changes,
    };
  }

  /** The result of one check. */
  async check(name: string, changes: Partial<DoctorTarget> = {}): Promise<CheckResult> {
    const checks = deploymentChecks(this.target(changes)).filter((check) => check.name === name);
    const [result] = await this.run(checks);
    if (result === undefined) throw new Error(`no check is called ${name}`);
    return result;
  }

  /** No result of any test has a secret in it. */
  async run(checks: readonly Check[]): Promise<CheckResult[]> {
    const results = await runDoctor(checks);
    const secrets = [TOKEN, ...[...SECRET_NAMES, 'WEB_API_KEY' as const].map((name) => this.settings[name])];
    for (const secret of secrets.filter((value) => value.length > 5))
      expect(JSON.stringify(results)).not.to.include(secret);
    for (const { name, status, remedy } of results)
      if (status === 'failed' || status === 'warning') expect(remedy, name).to.be.a('string').and.not.equal('');
    return results;
  }

  /** Every request since the last time that this was asked, as `GET /service/path?query`, sorted. */
  asked(): string[] {
    const asked = this.requests.splice(0).map(({ method, url }) => `${method} ${url.pathname}${url.search}`);
    return asked.sort();
  }

  private answerOf(request: StubRequest | undefined): StubAnswer {
    const route = this.routes.get(`${request?.method} ${request?.url.pathname}`);
    if (route === undefined || request === undefined) return googleError(404, 'NOT_FOUND');
    return typeof route === 'function' ? route(request.url) : route;
  }
}

/** A stub for each test of a suite. */
export function describeDoctor(title: string, body: (stub: () => DoctorStub) => void): void {
  describe(title, () => {
    let stub: DoctorStub;
    beforeEach(async () => {
      stub = new DoctorStub();
      await stub.start();
    });
    afterEach(() => stub.stop());
    body(() => stub);
  });
}
