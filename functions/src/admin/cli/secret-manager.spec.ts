import { expect } from 'chai';
import { StubServer } from '../../../test/support/stub-server.js';
import { rejection } from '../../../test/support/unit-fixtures.js';
import { FindingError } from '../doctor/check.js';
import { SecretManager } from './secret-manager.js';

const refusal = (status: number, state: string, reason?: string) => {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
  const details = reason === undefined ? [] : [info];
  return { status, json: { error: { code: status, message: 'canary-text', status: state, details } } };
};

describe('SecretManager', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());

  const tokens = { get: async () => 'ya29.canary-token' };
  const manager = (more = {}) =>
    new SecretManager({ projectId: 'acme-live', tokens, origin: `http://${server.host}`, timeoutMs: 500, ...more });
  async function findingOf(reading = manager()): Promise<string> {
    const error = await rejection(reading.read('INDEX_KEY'));
    if (!(error instanceof FindingError)) throw new Error('not a finding', { cause: error });
    const { message, remedy } = error.finding;
    expect(`${message} ${remedy}`).to.not.contain('canary');
    return `${message}\n${remedy}`;
  }

  it('reads the newest version, as the documentation of the API has it', async () => {
    const name = 'projects/123/secrets/INDEX_KEY/versions/3';
    server.answer = { status: 200, json: { name, payload: { data: 'c8O8w59lIGtleQ==', dataCrc32c: '1' } } };
    expect(await manager().read('INDEX_KEY')).to.equal('süße key');
    const { method, url, headers } = server.taken();
    expect(`${method} ${url.pathname}`).to.equal('GET /v1/projects/acme-live/secrets/INDEX_KEY/versions/latest:access');
    expect(headers).to.include({ authorization: 'Bearer ya29.canary-token', 'x-goog-user-project': 'acme-live' });
  });

  for (const [title, answer, message] of [
    [
      'no permission',
      refusal(403, 'PERMISSION_DENIED', 'IAM_PERMISSION_DENIED'),
      /may not read the secret INDEX_KEY.*\n.*secretmanager\.secretAccessor/,
    ],
    [
      'no right to charge the project',
      refusal(403, 'PERMISSION_DENIED', 'USER_PROJECT_DENIED'),
      /\n.*serviceUsageConsumer/,
    ],
    [
      'an API that is off',
      refusal(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'),
      /not enabled.*\n.*gcloud services enable secretmanager/,
    ],
    [
      'a secret that is not there',
      refusal(404, 'NOT_FOUND'),
      /has no secret INDEX_KEY\.\n.*functions:secrets:set INDEX_KEY --project acme-live/,
    ],
    ['a version that is disabled', refusal(400, 'FAILED_PRECONDITION'), /disabled or destroyed/],
    ['a token that is refused', refusal(401, 'UNAUTHENTICATED'), /Log in again/],
    ['an outage', refusal(503, 'UNAVAILABLE'), /not available now/],
    ['an answer without a secret', { status: 200, json: {} }, /did not answer as documented/],
    ['something that is no JSON', { status: 200, text: '<html>' }, /did not answer as documented/],
    ['silence', 'hang', /did not answer in time/],
    ['a broken connection', 'drop', /could not be reached/],
  ] as const)
    it(`explains ${title}`, async () => {
      server.answer = answer;
      expect(await findingOf()).to.match(message);
    });

  it('explains that nobody is logged in', async () => {
    const none = { get: async () => Promise.reject(new Error('canary')) };
    expect(await findingOf(manager({ tokens: none }))).to.match(
      /no access token.*\n.*gcloud auth application-default login/,
    );
  });
});
