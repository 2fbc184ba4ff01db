import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { stackServices } from '../../tools/stack/seed.js';
import { type Served, startServe } from '../../tools/stack/start-serve.js';
import { ApiClient, type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { askUntilServed, calmly, calmWalk, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { dose } from './support/dose.js';
import { testStack } from './support/global-stack.js';
import { BY } from './support/records.js';
import { newRegistration, Scenario } from './support/scenario.js';

const USERS = dose(12, 30);
const MESSAGE_DEADLINE_MS = 60_000;
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

  before(async () => {
    org = await provision('Stack');
    served = await startServe(testStack());
  });
  after(() => served?.stop());

  const emulator = () => testStack().baseUrl ?? '';
  const framework = () => served?.baseUrl ?? '';

  /** A test of real deadlines, which a process that has just started may miss. */
  function itCalmly(title: string, baseUrl: () => string, walk: () => Promise<void>): void {
    const probe = () => new ApiClient(baseUrl()).post(org, '/partner/auth/introspect', { token: 'none' });
    it(title, () => calmWalk(walk, probe)).timeout(RACE_TIMEOUT_MS);
  }

  itCalmly(
    'walks the whole flow in the Functions emulator, the reset code by Cloud Tasks and `deliver`',
    emulator,
    async () => {
      const { api, scenario, messagesTo } = clientOf(emulator());
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
    },
  );

  itCalmly('sends nothing for a reset code that nobody can use, though the answer is the same', emulator, async () => {
    const { api, scenario, messagesTo } = clientOf(emulator());
    const { email } = newRegistration();
    const user = await scenario.register(org);
    const path = '/partner/auth/forgot-password/send-otp';
    const unknown = expectStatus(await api.post(org, path, { email }), 200);
    // Queued after it, and delivered: so the first one has had its turn.
    const known = expectStatus(await api.post(org, path, { email: user.email }), 200);
    expect(known.text).to.equal(unknown.text);
    for (let tries = 0; (await messagesTo(user.email)).length === 0 && tries < 600; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await messagesTo(user.email)).to.have.length(1);
    expect(await messagesTo(email)).to.deep.equal([]);
  });

  for (const [server, baseUrl] of [
    ['the Functions emulator', emulator],
    ['functions-framework', framework],
  ] as const) {
    describe(`bodies under ${server}`, () => {
      const send = (raw: string | Uint8Array, headers = {}, caller: TestOrg | null = org): Promise<ApiResponse> =>
        askUntilServed(() => new ApiClient(baseUrl()).request(LOGIN, { org: caller, raw, headers }));

      it('broken JSON is our 400', async () => {
        expectError(await send('{"email":'), 400, 'invalid_request');
      });

      it('broken JSON of somebody unknown is 401', async () => {
        expectError(await send('{"email":', {}, null), 401, 'invalid_client');
      });

      it('a compressed body is 415, whatever it would inflate to', async () => {
        const encoded = { 'content-encoding': 'gzip' };
        expectError(await send(gzipSync('{"email":"a@example.com"}'), encoded), 415, 'unsupported_media_type');
        expectError(await send(gzipSync(Buffer.alloc(50_000_000)), encoded), 415, 'unsupported_media_type');
      });

      it('a body of 200 kB is 413', async () => {
        expectError(await send(JSON.stringify({ email: 'a'.repeat(200_000) })), 413, 'payload_too_large');
      });

      it('a form is 415', async () => {
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        expectError(await send('email=a%40example.com', form), 415, 'unsupported_media_type');
      });
    });
  }

  async function wholeFlow(parallel: number): Promise<ApiResponse[]> {
    const { api, scenario } = clientOf(framework());
    const times = new Map<string, number[]>();
    const timed = async <T>(step: string, work: Promise<T>): Promise<T> => {
      const startedAt = Date.now();
      const result = await work;
      times.set(step, [...(times.get(step) ?? []), Date.now() - startedAt]);
      return result;
    };
    const walk = async (index: number): Promise<ApiResponse> => {
      const by = index % 2 === 0 ? 'email' : 'phone_number';
      const user = await timed('register', scenario.register(org));
      const code = await timed('login and code', scenario.sendLoginCode(org, user, by));
      const verified = expectStatus(await timed('verify', scenario.verify(org, user, code, by)), 200);
      const session = verified.body.sessionToken;
      expect(verified.body.user.id).to.equal(user.userId);
      expect(await timed('session call', scenario.isLive(org, session))).to.equal(true);
      expectStatus(await timed('logout', api.post(org, '/partner/auth/logout', {}, session)), 200);
      expect(await scenario.isLive(org, session)).to.equal(false);
      return verified;
    };
    const walked = await Promise.all(Array.from({ length: parallel }, (_, index) => walk(index)));
    expect(new Set(walked.map(({ body }) => body.user.id)).size).to.equal(parallel);
    console.table(Object.fromEntries([...times].map(([step, ms]) => [step, spread(ms)])));
    return walked;
  }

  it(`takes ${USERS} users at once through the whole flow`, () => {
    const probe = () => new ApiClient(framework()).post(org, '/partner/auth/introspect', { token: 'none' });
    return calmly({ parallel: USERS, run: wholeFlow, probe });
  }).timeout(RACE_TIMEOUT_MS);
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
