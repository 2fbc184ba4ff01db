import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { stackServices } from '../../tools/stack/seed.js';
import { type Served, startServe } from '../../tools/stack/start-serve.js';
import { ApiClient, type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { dose } from './support/dose.js';
import { testStack } from './support/global-stack.js';
import { BY } from './support/records.js';
import { newRegistration, Scenario } from './support/scenario.js';

const USERS = dose(12, 30);
const MESSAGE_DEADLINE_MS = 20_000;
/** The Functions emulator starts a process for a request: seconds, on a busy machine. */
const TIMEOUT_MS = 120_000;
const LOGIN = '/partner/auth/login';

interface OutboxMessage {
  readonly code: string;
  readonly purpose: string;
  readonly channel: string;
  readonly orgId: string;
}

/** A client of a real server and the stack's real outbox. Messages that were seen are not taken again. */
function clientOf(baseUrl: string) {
  const seen = new Map<string, number>();
  const messagesTo = async (to: string): Promise<OutboxMessage[]> => {
    const response = await fetch(`${testStack().outboxUrl}?to=${encodeURIComponent(to)}`);
    return (await response.json()) as OutboxMessage[];
  };
  const nextCode = async (to: string): Promise<string> => {
    const before = seen.get(to) ?? 0;
    for (const end = Date.now() + MESSAGE_DEADLINE_MS; Date.now() < end; ) {
      const messages = await messagesTo(to);
      seen.set(to, messages.length);
      if (messages.length > before) return messages[0]?.code ?? '';
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no message came to ${to}`);
  };
  const api = new ApiClient(baseUrl);
  return { api, scenario: new Scenario(api, nextCode), messagesTo };
}

describe('The stack, through its real servers', () => {
  let org: TestOrg;
  let served: Served | undefined;

  before(async function () {
    this.timeout(TIMEOUT_MS);
    org = await provision('Stack');
    served = await startServe(testStack());
  });
  after(() => served?.stop());

  it('walks the whole flow in the Functions emulator, the reset code by Cloud Tasks and `deliver`', async () => {
    const { api, scenario, messagesTo } = clientOf(testStack().baseUrl ?? '');
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    expect(await scenario.isLive(org, session)).to.equal(true);
    const code = await scenario.sendResetCode(org, user, 'phone_number');
    const [message] = await messagesTo(user.phone_number);
    expect(message).to.include({ purpose: 'password_reset', channel: 'sms', orgId: org.org.orgId, code });
    const reset = { phone_number: user.phone_number, code, new_password: 'a new one' };
    expectStatus(await api.post(org, '/partner/auth/forgot-password/reset', reset), 200);
    expect(await scenario.isLive(org, session)).to.equal(false);
    const fresh = await scenario.logIn(org, { ...user, password: 'a new one' });
    expectStatus(await api.post(org, '/partner/auth/logout', {}, fresh), 200);
    expectError(await api.post(org, '/partner/auth/logout', {}, fresh), 401, 'invalid_session');
  }).timeout(TIMEOUT_MS);

  it('sends nothing for a reset code that nobody can use, though the answer is the same', async () => {
    const { api, scenario, messagesTo } = clientOf(testStack().baseUrl ?? '');
    const { email } = newRegistration();
    const user = await scenario.register(org);
    const path = '/partner/auth/forgot-password/send-otp';
    const unknown = expectStatus(await api.post(org, path, { email }), 200);
    // Queued after it, and delivered: so the first one has had its turn.
    const known = await api.post(org, path, { email: user.email });
    expect(known.text).to.equal(unknown.text);
    for (let tries = 0; (await messagesTo(user.email)).length === 0 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await messagesTo(user.email)).to.have.length(1);
    expect(await messagesTo(email)).to.deep.equal([]);
  }).timeout(TIMEOUT_MS);

  const servers: Readonly<Record<string, () => string>> = {
    'the Functions emulator': () => testStack().baseUrl ?? '',
    'functions-framework': () => served?.baseUrl ?? '',
  };
  for (const [server, baseUrl] of Object.entries(servers)) {
    describe(`bodies under ${server}`, () => {
      const send = (raw: string | Uint8Array, headers = {}, caller: TestOrg | null = org): Promise<ApiResponse> =>
        new ApiClient(baseUrl()).request(LOGIN, { org: caller, raw, headers });

      it('broken JSON is our 400', async () => {
        expectError(await send('{"email":'), 400, 'invalid_request');
      }).timeout(TIMEOUT_MS);

      it('broken JSON of somebody unknown is 401', async () => {
        expectError(await send('{"email":', {}, null), 401, 'invalid_client');
      }).timeout(TIMEOUT_MS);

      it('a compressed body is 415, whatever it would inflate to', async () => {
        const encoded = { 'content-encoding': 'gzip' };
        expectError(await send(gzipSync('{"email":"a@example.com"}'), encoded), 415, 'unsupported_media_type');
        expectError(await send(gzipSync(Buffer.alloc(50_000_000)), encoded), 415, 'unsupported_media_type');
      }).timeout(TIMEOUT_MS);

      it('a body of 200 kB is 413', async () => {
        expectError(await send(JSON.stringify({ email: 'a'.repeat(200_000) })), 413, 'payload_too_large');
      }).timeout(TIMEOUT_MS);

      it('a form is 415', async () => {
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        expectError(await send('email=a%40example.com', form), 415, 'unsupported_media_type');
      }).timeout(TIMEOUT_MS);
    });
  }

  it(`takes ${USERS} users at once through the whole flow`, async () => {
    const { api, scenario } = clientOf(served?.baseUrl ?? '');
    const times = new Map<string, number[]>();
    const timed = async <T>(step: string, work: Promise<T>): Promise<T> => {
      const startedAt = Date.now();
      const result = await work;
      times.set(step, [...(times.get(step) ?? []), Date.now() - startedAt]);
      return result;
    };
    const walk = async (index: number): Promise<string> => {
      const by = index % 2 === 0 ? 'email' : 'phone_number';
      const user = await timed('register', scenario.register(org));
      const code = await timed('login and code', scenario.sendLoginCode(org, user, by));
      const verified = expectStatus(await timed('verify', scenario.verify(org, user, code, by)), 200);
      const session = verified.body.sessionToken;
      expect(verified.body.user.id).to.equal(user.userId);
      expect(await timed('session call', scenario.isLive(org, session))).to.equal(true);
      expectStatus(await timed('logout', api.post(org, '/partner/auth/logout', {}, session)), 200);
      expect(await scenario.isLive(org, session)).to.equal(false);
      return user.userId;
    };
    const walked = await Promise.all(Array.from({ length: USERS }, (_, index) => walk(index)));
    expect(new Set(walked).size).to.equal(USERS);
    console.table(Object.fromEntries([...times].map(([step, ms]) => [step, spread(ms)])));
  }).timeout(TIMEOUT_MS);
});

/** The first commit of an emulator just started can outlast our deadline on a busy machine. */
async function provision(name: string, tries = 5): Promise<TestOrg> {
  const { services, close } = stackServices(testStack().env);
  try {
    return await services.orgs.create({ name }, BY);
  } catch (error) {
    if (tries <= 1) throw error;
    return await provision(name, tries - 1);
  } finally {
    await close();
  }
}

function spread(ms: readonly number[]): object {
  const sorted = [...ms].sort((a, b) => a - b);
  return { requests: sorted.length, 'median ms': sorted[Math.floor(sorted.length / 2)], 'slowest ms': sorted.at(-1) };
}
