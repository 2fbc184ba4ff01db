import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { IdTokenVerifier } from '../../../src/adapters/identity-platform/id-token-verifier.js';
import { readConfig } from '../../../src/config/config.js';
import { generateSecret } from '../../../src/credentials/credential-id.js';
import { IDEMPOTENCY_LEASE_MS } from '../../../src/idempotency/idempotency-policy.js';
import { SECOND_MS } from '../../../src/lib/clock.js';
import { orgPool } from '../../../src/orgs/org-record.js';
import { sessionId } from '../../../src/sessions/session-id.js';
import { REVOCATION_DUE_MS } from '../../../src/users/access-policy.js';
import { userId } from '../../../src/users/user-id.js';
import { expectError, expectStatus } from '../api-client.js';
import { testStack } from '../global-stack.js';
import { type Kill, Killable } from '../killable.js';
import { expectCode } from '../unit-fixtures.js';
import type { FaultBench } from './fault-bench.js';
import { expectUnavailable, type FaultRow } from './fault-row.js';

/** Calls of a register after its credential: reserve and main-app check together, create the user, profile. */
const REGISTER_CALLS = { reserve: 0, mainAppCheck: 1, createUser: 2, profile: 3 };

/** With the key's own record first: count, code and profile together, then the exchange, and the commit beside it. */
const VERIFY_COMMIT = 5;

/** Runs a register in a process that dies there, then the same request with the same key in ours, once its lease is over. */
async function killedRegister(bench: FaultBench, kill: Kill, killable: Killable): Promise<string> {
  const newcomer = bench.newcomer();
  const headers = { 'idempotency-key': `killed-${newcomer.email}` };
  const request = { path: '/partner/auth/register', body: newcomer, headers };
  expect(await killable.run(bench.org, request, kill), 'the process lived').to.equal(null);
  bench.app.clock.advance(IDEMPOTENCY_LEASE_MS + 1_000);
  const { body } = expectStatus(await bench.post('register', newcomer, headers), 201);
  expect(await bench.reservedUids(newcomer)).to.deep.equal([body.userId, body.userId]);
  const again = expectStatus(await bench.post('register', newcomer, headers), 201);
  expect(again.body).to.deep.equal(body);
  return '201 from the same request; one user';
}

async function withKillable<T>(work: (killable: Killable) => Promise<T>): Promise<T> {
  const killable = await Killable.build();
  try {
    return await work(killable);
  } finally {
    killable.remove();
  }
}

/** The idempotency key's own record is made first: every call of the request comes one later. */
const at = (call: number, moment: Kill['moment']): Kill => ({ call: call + 1, moment });

function killRow(row: number, fault: string, kill: Kill): FaultRow {
  const run = (bench: FaultBench) => withKillable((killable) => killedRegister(bench, kill, killable));
  return { row, fault: `killed ${fault}`, where: 'register', beside: 'processes', run };
}

/** Bytes, without what nobody holds any more: what is swept when depends on the machine. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

export const PROCESS_ROWS: readonly FaultRow[] = [
  {
    row: 22,
    fault: 'public certificates down',
    where: 'checking a session token',
    run: async (bench) => {
      const pool = orgPool(bench.org.org);
      const { publicKey, privateKey } = await generateKeyPair('RS256');
      const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] });
      const server = createServer((_request, response) => response.end(jwks));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const verifierOf = () =>
        new IdTokenVerifier({ projectId: 'demo', clock: bench.app.clock, keys: createRemoteJWKSet(url) });
      const known = verifierOf();
      const token = await new SignJWT({
        firebase: { tenant: pool.tenantId, sign_in_provider: 'custom' },
        sid: sessionId.generate(),
        org_id: pool.id,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer('https://securetoken.google.com/demo')
        .setAudience('demo')
        .setSubject(userId.generate())
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      await known.verify(pool, token);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await known.verify(pool, token);
      await expectCode(verifierOf().verify(pool, token), 'unavailable');
      return 'cached keys serve; without any: 503, the signature is never skipped';
    },
  },
  {
    row: 35,
    fault: 'Secret Manager down',
    where: 'cold start',
    run: async () => {
      for (const name of ['CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY'])
        expect(() => readConfig({ ...testStack().env, [name]: '' }), name).to.throw(name);
      return 'the instance does not start; no default secret';
    },
  },
  {
    row: 36,
    fault: 'clock 5 min ahead, 5 min behind',
    where: 'codes and sessions',
    run: async (bench) => {
      const { clock } = bench.app;
      const user = await bench.user();
      clock.advance(300_000);
      const { body } = expectStatus(await bench.verify(user, await bench.loginCode(user)), 200);
      expectStatus(await bench.me(body.sessionToken), 200);
      const { iat = 0, exp = 0 } = decodeJwt(body.sessionToken);
      clock.hold();
      for (const second of [iat - 61, exp + 61]) {
        clock.advance(second * SECOND_MS - clock.now());
        expectError(await bench.me(body.sessionToken), 401, 'invalid_session');
      }
      clock.release();
      return 'ahead: works; 61 s too early or too late: 401';
    },
  },
  killRow(37, 'before the reservation', at(REGISTER_CALLS.reserve, 'before')),
  killRow(38, 'after the reservation', at(REGISTER_CALLS.createUser, 'before')),
  killRow(39, 'after createUser', at(REGISTER_CALLS.createUser, 'after')),
  killRow(40, 'before the profile', at(REGISTER_CALLS.profile, 'before')),
  killRow(41, 'after the profile', at(REGISTER_CALLS.profile, 'after')),
  {
    row: 42,
    beside: 'processes',
    fault: 'killed between claim and answer',
    where: 'verify-otp',
    run: (bench) =>
      withKillable(async (killable) => {
        const user = await bench.user();
        const code = await bench.loginCode(user);
        const headers = { 'idempotency-key': 'row-42' };
        const request = { path: '/partner/auth/verify-otp', body: { email: user.email, code }, headers };
        const kill: Kill = { call: VERIFY_COMMIT, moment: 'after' };
        expect(await killable.run(bench.org, request, kill), 'the process lived').to.equal(null);
        expect(await bench.sessions(user)).to.equal(1);
        bench.app.clock.advance(IDEMPOTENCY_LEASE_MS + 1_000);
        expectError(await bench.verify(user, code, 'another'), 400, 'invalid_code');
        const { body } = expectStatus(await bench.verify(user, code, 'row-42'), 200);
        expectStatus(await bench.me(body.sessionToken), 200);
        expect(await bench.sessions(user)).to.equal(1);
        return 'the same key finishes; the code is dead; one session';
      }),
  },
  {
    row: 43,
    fault: 'cut off between the new password and the end of sessions',
    where: 'reset',
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.app.scenario.sendResetCode(bench.org, user);
      let slipped = '';
      // A login by the old password, after sessions were ended and before the new password is there.
      bench.app.backends.fault = async (call, proceed) => {
        if (call.operation !== 'accounts:update') return proceed();
        bench.app.backends.fault = undefined;
        const opened = await bench.verify(user, await bench.loginCode(user));
        slipped = expectStatus(opened, 200).body.sessionToken;
        const answer = await proceed();
        bench.failFirestore({ mode: 'drop before' });
        return answer;
      };
      const body = { email: user.email, code, new_password: 'another password' };
      expectUnavailable(await bench.post('forgot-password/reset', body), 'reset');
      bench.heal();
      bench.app.clock.advance(REVOCATION_DUE_MS + 1_000);
      await bench.sweep();
      expectError(await bench.me(slipped), 401, 'invalid_session');
      expectStatus(await bench.post('login', { email: user.email, password: 'another password' }), 200);
      return '503; the sweep ends what slipped in; the new password is in force';
    },
  },
  {
    row: 47,
    fault: '200 wrong secrets at once',
    where: 'every route',
    run: async (bench) => {
      const { key } = bench.org.credential;
      const before = bench.app.hasher.comparisons;
      const wrong = () =>
        bench.app.api.request('/partner/auth/introspect', {
          headers: { 'x-partner-key': key, 'x-partner-secret': generateSecret('live') },
          body: { token: 'none' },
        });
      const answers = await Promise.all([
        ...Array.from({ length: 200 }, wrong),
        bench.post('introspect', { token: 'x' }),
      ]);
      expectStatus(answers.at(-1) as (typeof answers)[number], 200);
      expect(new Set(answers.slice(0, -1).map(({ status }) => status))).to.deep.equal(new Set([401]));
      expect(bench.app.hasher.comparisons - before).to.equal(0);
      return '401 each without bcrypt; others are served';
    },
  },
  {
    row: 48,
    fault: 'memory pressure',
    where: 'limits of 30,000 addresses',
    run: async (bench) => {
      const { leased } = bench.app.services;
      const take = async (from: number, to: number) => {
        for (let index = from; index < to; index++) await leased.take('address_requests', ['org', String(index)]);
      };
      await take(0, 15_000);
      const before = heapInUse();
      await take(15_000, 30_000);
      const growth = (heapInUse() - before) / 2 ** 20;
      expect(growth, 'MiB').to.be.below(30);
      return 'the caches are bounded: no growth past 10,000';
    },
  },
];
