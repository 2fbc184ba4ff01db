import { IdentityToolkitClient } from '../../src/adapters/identity-platform/identity-toolkit-client.js';
import { isIdentityPlatformOutage } from '../../src/adapters/identity-platform/identity-toolkit-error.js';
import { Backend, type BackendOptions } from '../../src/lib/backend.js';
import { NEVER_OPENS } from './breakers.js';
import { StubServer } from './stub-server.js';

export const PROJECT = 'demo-gatehouse';
/** No answer takes as long, on whatever machine; nor does any test wait for it. */
const PATIENCE_MS = 20_000;
/** The deadline of a client that is not to be answered. */
export const BRIEF = { timeoutMs: 50 };
const PREFIX = '/identitytoolkit.googleapis.com';

/** Identity Platform at the HTTP boundary. */
export class ToolkitStub extends StubServer {
  accessToken: () => Promise<string> = async () => 'access-token';

  client(own: Partial<BackendOptions> = {}): IdentityToolkitClient {
    const options = { projectId: PROJECT, apiKey: 'web key+&', emulatorHost: this.host };
    const usual = { timeoutMs: PATIENCE_MS, breaker: NEVER_OPENS, isOutage: isIdentityPlatformOutage };
    return new IdentityToolkitClient(
      options,
      { get: () => this.accessToken() },
      new Backend('identity-platform', { ...usual, ...own }),
    );
  }

  answers(json: unknown): void {
    this.answer = { status: 200, json };
  }

  /** An error as Google documents it: https://cloud.google.com/identity-platform/docs/error-codes */
  refuses(message: string, status = 400): void {
    const errors = [{ message, reason: 'invalid', domain: 'global' }];
    this.answer = { status, json: { error: { code: status, message, errors } } };
  }

  /** The one request, as much of it as is documented. */
  asked() {
    const { method, url, headers, body } = this.taken();
    return {
      method,
      path: url.pathname.replace(PREFIX, ''),
      key: url.searchParams.get('key'),
      authorization: headers.authorization ?? null,
      type: headers['content-type'],
      body,
    };
  }
}

/** One that listens while a test runs, and is as new for each. To be called in a `describe`. */
export function stubbedToolkit(): ToolkitStub {
  const google = new ToolkitStub();
  beforeEach(async () => {
    google.requests.length = 0;
    google.answers({});
    google.accessToken = async () => 'access-token';
    await google.start();
  });
  afterEach(() => google.stop());
  return google;
}

const common = { method: 'POST', type: 'application/json' };

/** A call as our service account. */
export function adminCall(path: string, body: unknown, version = 'v1') {
  const full = `/${version}/projects/${PROJECT}/${path}`;
  return { ...common, path: full, key: null, authorization: 'Bearer access-token', body };
}

/** A call that clients make too. */
export function publicCall(method: string, body: unknown) {
  return { ...common, path: `/v1/${method}`, key: 'web key+&', authorization: null, body };
}

/** A password that is shorter or plainer than the project asks for. Where none is set, nobody expects it. */
export const WEAK_PASSWORD_REASONS: readonly string[] = [
  'WEAK_PASSWORD : Password should be at least 6 characters',
  'PASSWORD_DOES_NOT_MEET_REQUIREMENTS : Missing password requirements: [Password must contain a numeric character]',
];

/** What is wrong with Identity Platform, not with the request: never "no such user" or "wrong password". */
export const OUTAGE_REASONS = [
  'TOO_MANY_ATTEMPTS_TRY_LATER',
  'TOO_MANY_ATTEMPTS_TRY_LATER : Access to this account has been temporarily disabled due to many failed login attempts.',
  'QUOTA_EXCEEDED',
  'QUOTA_EXCEEDED : Exceeded quota for verifying passwords.',
  'RESOURCE_EXHAUSTED',
  'INTERNAL_ERROR',
  'OPERATION_NOT_ALLOWED',
  'PASSWORD_LOGIN_DISABLED',
  'TENANT_NOT_FOUND',
  'INVALID_TENANT_ID',
  'PROJECT_NOT_FOUND',
  'INSUFFICIENT_PERMISSION',
  'PERMISSION_DENIED',
  'CONFIGURATION_NOT_FOUND',
  ...WEAK_PASSWORD_REASONS,
  'API key not valid. Please pass a valid API key.',
  'constructor',
  'toString',
  '__proto__',
  '',
];
