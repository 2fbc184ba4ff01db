import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ServiceAccountTokenSigner } from '../../../src/adapters/identity-platform/custom-token-signers.js';
import { Backend } from '../../../src/lib/backend.js';
import { BACKEND_TIMES, BREAKER } from '../../../src/lib/backend-policy.js';
import { expectError, expectStatus } from '../api-client.js';
import { authEmulator } from '../auth-emulator.js';
import type { FaultBench } from './fault-bench.js';
import { expectUnavailable, type FaultRow, inTime } from './fault-row.js';

const CREATE = 'accounts';
const CHECK_PASSWORD = 'accounts:signInWithPassword';
const EXCHANGE = 'accounts:signInWithCustomToken';

/** Signing that fails as often as it is told to; the emulator takes any signature. */
let failingSignatures = 0;
const stubbornAccount = {
  getCredentials: async () => ({ client_email: 'function@example.com' }),
  sign: async () => {
    if (failingSignatures-- > 0) throw new Error('429 from signBlob');
    return Buffer.from('signature').toString('base64');
  },
};

const creates = ({ identity }: FaultBench) => identity.faults.requests.filter(({ method }) => method === CREATE).length;

export const IDENTITY_ROWS: readonly FaultRow[] = [
  {
    row: 12,
    fault: 'Identity Platform EMAIL_EXISTS',
    where: 'register',
    run: async (bench) => {
      const ours = bench.newcomer();
      bench.failIdentity({ mode: 'drop after', times: 1, method: CREATE });
      expectStatus(await bench.post('register', ours), 201);
      bench.heal();
      const taken = bench.newcomer();
      await authEmulator.createUser(bench.org.org.tenantId, taken.email);
      expectError(await bench.post('register', taken), 409, 'already_exists');
      await authEmulator.deleteUser(bench.org.org.tenantId, taken.email);
      expectStatus(await bench.post('register', taken), 201);
      return 'ours: 201; another’s: 409, and both contacts are free again';
    },
  },
  {
    row: 13,
    fault: 'Identity Platform INVALID_LOGIN_CREDENTIALS',
    where: 'login',
    run: async (bench) => {
      const { email, password } = await bench.user();
      const wrong = () => bench.post('login', { email, password: 'not this one' });
      for (let count = 0; count < 4; count++) expectError(await wrong(), 401, 'invalid_credentials');
      expectStatus(await bench.post('login', { email, password }), 200);
      for (let count = 0; count < 5; count++) expectError(await wrong(), 401, 'invalid_credentials');
      expectError(await wrong(), 429, 'locked_out');
      return '401; each counted once: the pause comes after the fifth in a row';
    },
  },
  {
    row: 14,
    fault: 'Identity Platform QUOTA_EXCEEDED, TOO_MANY_ATTEMPTS_TRY_LATER',
    where: 'login',
    run: async (bench) => {
      const { email, password } = await bench.user();
      for (const reason of ['QUOTA_EXCEEDED', 'TOO_MANY_ATTEMPTS_TRY_LATER : try later']) {
        bench.failIdentity({ mode: 'status', status: 400, reason, method: CHECK_PASSWORD });
        for (let count = 0; count < 8; count++)
          expectUnavailable(await bench.post('login', { email, password: 'not this one' }), reason);
      }
      bench.heal();
      expectError(await bench.post('login', { email, password: 'not this one' }), 401, 'invalid_credentials');
      expectStatus(await bench.post('login', { email, password }), 200);
      return '503, never 401; 16 of them are no failed passwords';
    },
  },
  {
    row: 15,
    fault: 'Identity Platform 429, 503',
    where: 'createUser',
    run: async (bench) => {
      for (const status of [429, 503]) {
        bench.failIdentity({ mode: 'status', status, reason: 'UNAVAILABLE', times: 1, method: CREATE });
        expectStatus(await bench.post('register', bench.newcomer()), 201);
        const newcomer = bench.newcomer();
        bench.failIdentity({ mode: 'status', status, reason: 'UNAVAILABLE', method: CREATE });
        expectUnavailable(await inTime(() => bench.post('register', newcomer)), 'register');
        expect(creates(bench), 'tries').to.be.at.most(2);
        bench.heal();
        const { body } = expectStatus(await bench.post('register', newcomer), 201);
        expect(await bench.reservedUids(newcomer)).to.deep.equal([body.userId, body.userId]);
      }
      return 'once: 201; always: 2 tries, 503; the same request resumes';
    },
  },
  {
    row: 16,
    beside: 'waiting',
    fault: 'Identity Platform 500, or timeout after its effect',
    where: 'createUser',
    options: { times: BACKEND_TIMES },
    run: async (bench) => {
      bench.failIdentity({ mode: 'status', status: 500, times: 1, method: CREATE });
      expectStatus(await bench.post('register', bench.newcomer()), 201);
      bench.failIdentity({ mode: 'delay after', delayMs: 4_000, times: 1, method: CREATE });
      expectStatus(await inTime(() => bench.post('register', bench.newcomer())), 201);
      expect(creates(bench), 'the effect was found, not made again').to.equal(1);
      return '201: looked up by our uid; one user';
    },
  },
  {
    row: 17,
    beside: 'waiting',
    fault: 'Identity Platform answers after 25 s',
    where: 'login, register, reset',
    options: { times: BACKEND_TIMES },
    run: async (bench) => {
      const { email, password } = await bench.user();
      bench.failIdentity({ mode: 'delay before', delayMs: 25_000 });
      const login = inTime(() => bench.post('login', { email, password }));
      const register = inTime(() => bench.post('register', bench.newcomer()));
      expectUnavailable(await login, 'login');
      expectUnavailable(await register, 'register');
      return '503 within 10 s';
    },
  },
  {
    row: 18,
    fault: 'tenant missing',
    where: 'login, register',
    run: async (bench) => {
      const { email, password } = await bench.user();
      bench.failIdentity({ mode: 'status', status: 400, reason: 'TENANT_NOT_FOUND' });
      expectUnavailable(await bench.post('login', { email, password }), 'login');
      expectUnavailable(await bench.post('register', bench.newcomer()), 'register');
      const { requests } = bench.identity.faults;
      const outside = requests.filter(({ method, text }) => method === CREATE && !text.includes('localId'));
      expect(outside, 'users of the project').to.deep.equal([]);
      return '503; nobody is made or checked outside the tenant';
    },
  },
  {
    row: 19,
    fault: 'Identity Platform 500 at the exchange',
    where: 'verify-otp, after the claim',
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.loginCode(user);
      bench.failIdentity({ mode: 'status', status: 500, times: 1, method: EXCHANGE });
      expectUnavailable(await bench.verify(user, code, 'row-19'), 'verify-otp');
      expectError(await bench.verify(user, code, 'another'), 400, 'invalid_code');
      const { body } = expectStatus(await bench.verify(user, code, 'row-19'), 200);
      expectStatus(await bench.me(body.sessionToken), 200);
      expect(await bench.sessions(user)).to.equal(1);
      return '503; the same key finishes, another is refused; one session';
    },
  },
  {
    row: 20,
    fault: 'signBlob fails once, always',
    where: 'verify-otp',
    options: {
      ports: (clock) => ({
        signer: new ServiceAccountTokenSigner(stubbornAccount, clock, new Backend('iam', BACKEND_TIMES.iam)),
      }),
    },
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.loginCode(user);
      failingSignatures = 10;
      expectUnavailable(await bench.verify(user, code), 'verify-otp');
      expect(await bench.sessions(user)).to.equal(0);
      failingSignatures = 1;
      expectStatus(await bench.verify(user, code), 200);
      return 'once: 200; always: 503, no session, the code still works';
    },
  },
  {
    row: 46,
    beside: 'waiting',
    fault: 'Identity Platform down, then up; all come back at once',
    where: 'login',
    options: { breaker: BREAKER },
    run: async (bench) => {
      const { email, password } = await bench.user();
      bench.failIdentity({ mode: 'status', status: 503, reason: 'UNAVAILABLE' });
      const ask = () => bench.post('login', { email, password: 'not this one' });
      const answers = await Promise.all(Array.from({ length: 100 }, ask));
      const waits = answers.filter(({ status }) => status === 503).map(({ headers }) => headers.get('retry-after'));
      expect(new Set(waits).size, 'different waits').to.be.greaterThan(1);
      const attempts = bench.identity.faults.requests.length;
      expect(attempts, 'calls').to.be.at.most(110);
      for (let count = 0; count < 10; count++) await ask();
      expect(bench.identity.faults.requests.length - attempts, 'calls while the breaker is open').to.be.at.most(1);
      bench.heal();
      return `${attempts} calls for 100 requests, then none; up again ${await recovery(bench, email, password)}`;
    },
  },
];

/** Row 46: recovery within 30 s. */
async function recovery(bench: FaultBench, email: string, password: string): Promise<string> {
  bench.app.clock.advance(31 * 86_400_000);
  for (const startedAt = Date.now(), end = startedAt + 30_000; Date.now() < end; await sleep(250))
    if ((await bench.post('login', { email, password })).status === 200)
      return `after ${Math.round((Date.now() - startedAt) / 1_000)} s`;
  throw new Error('not up again within 30 s');
}
