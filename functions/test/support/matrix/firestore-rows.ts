import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BACKEND_TIMES } from '../../../src/lib/backend-policy.js';
import { LEASE_MIN, LOCAL_BURST } from '../../../src/limits/limit-policy.js';
import { expectError, expectStatus } from '../api-client.js';
import type { WireFault } from '../wire-fault.js';
import type { FaultBench } from './fault-bench.js';
import { expectUnavailable, type FaultRow, GRPC, inTime } from './fault-row.js';

const aCommit = (naming: string) => ({ method: 'Commit', naming });

/** A request of every kind, with all that it needs made before anything fails. */
async function everyRequest(bench: FaultBench) {
  const user = await bench.user();
  const session = expectStatus(await bench.verify(user, await bench.loginCode(user)), 200).body.sessionToken as string;
  const waiting = await bench.user();
  const code = await bench.loginCode(waiting);
  const { email, password } = await bench.user();
  const newcomer = bench.newcomer();
  return {
    register: () => bench.post('register', newcomer),
    login: () => bench.post('login', { email, password }),
    'send-otp': () => bench.post('forgot-password/send-otp', { email }),
    'verify-otp': () => bench.verify(waiting, code),
    me: () => bench.me(session),
  };
}

async function allUnavailable(bench: FaultBench, fault: WireFault, limitMs?: number): Promise<void> {
  const requests = await everyRequest(bench);
  const before = bench.app.outbox.messages.length;
  bench.failFirestore(fault);
  const answered = Object.entries(requests).map(async ([name, send]) =>
    expectUnavailable(await inTime(send, limitMs), name),
  );
  await Promise.all(answered);
  await bench.app.drain();
  expect(bench.app.outbox.messages.length, 'messages').to.equal(before);
}

export const FIRESTORE_ROWS: readonly FaultRow[] = [
  {
    row: 1,
    beside: 'waiting',
    fault: 'Firestore UNAVAILABLE',
    where: 'every route',
    run: async (bench) => {
      await allUnavailable(bench, { mode: 'status', status: GRPC.unavailable });
      return '503, Retry-After ≤ 4 s; nothing sent, nothing opened';
    },
  },
  {
    row: 2,
    fault: 'Firestore UNAVAILABLE',
    where: 'limiter before a send',
    run: async (bench) => {
      const { email, password } = await bench.user();
      bench.failFirestore({ mode: 'status', status: GRPC.unavailable, ...aCommit('/limits/') });
      expectUnavailable(await bench.post('login', { email, password }), 'login');
      expectUnavailable(await bench.post('forgot-password/send-otp', { email }), 'send-otp');
      await bench.app.drain();
      expect(bench.messagesTo({ email, phone_number: '' })).to.equal(0);
      return '503 (fail closed); 0 messages';
    },
  },
  {
    row: 3,
    beside: 'waiting',
    fault: 'Firestore answers after 5 s',
    where: 'every route',
    options: { times: BACKEND_TIMES },
    run: async (bench) => {
      await allUnavailable(bench, { mode: 'delay before', delayMs: 5_000 }, 5_000);
      const asked = bench.firestore.faults.requests.length;
      await sleep(1_000);
      expect(bench.firestore.faults.requests.length - asked, 'calls after the answers').to.equal(0);
      return '503 below 4 s; 0 calls begin after the answer';
    },
  },
  {
    row: 4,
    fault: 'Firestore ABORTED ×1, ×2',
    where: 'register, verify-otp',
    run: async (bench) => {
      for (const times of [1, 2]) {
        bench.failFirestore({ mode: 'status', status: GRPC.aborted, times, ...aCommit('/reservations/') });
        expectStatus(await bench.post('register', bench.newcomer()), 201);
        bench.heal();
        const user = await bench.user();
        const code = await bench.loginCode(user);
        bench.failFirestore({ mode: 'status', status: GRPC.aborted, times, ...aCommit('/sessions/') });
        expectStatus(await bench.verify(user, code), 200);
        expect(await bench.sessions(user)).to.equal(1);
      }
      return 'success after repeating; one user, one session';
    },
  },
  {
    row: 5,
    fault: 'Firestore ABORTED always',
    where: 'verify-otp',
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.loginCode(user);
      bench.failFirestore({ mode: 'status', status: GRPC.aborted, ...aCommit('/sessions/') });
      expectError(await bench.verify(user, code), 409, 'request_in_progress');
      expect(await bench.sessions(user)).to.equal(0);
      bench.heal();
      expectStatus(await bench.verify(user, code), 200);
      return '409, never 500; no session, the code still works';
    },
  },
  {
    row: 6,
    fault: 'answer lost after the commit',
    where: 'counting a try',
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.loginCode(user);
      bench.failFirestore({ mode: 'drop after', times: 1, ...aCommit('/challenges/') });
      expectUnavailable(await bench.verify(user, code), 'verify-otp');
      const [challenge] = await bench.probe.challengesOf(user.userId);
      expect(challenge?.['tries'], 'tries').to.equal(1);
      expectStatus(await bench.verify(user, code), 200);
      return '503; the try stays counted';
    },
  },
  {
    row: 7,
    fault: 'answer lost after the commit',
    where: 'claim of a code and session',
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.loginCode(user);
      bench.failFirestore({ mode: 'drop after', times: 1, ...aCommit('/sessions/') });
      const { body } = expectStatus(await bench.verify(user, code), 200);
      expectStatus(await bench.me(body.sessionToken), 200);
      expect(await bench.sessions(user)).to.equal(1);
      expectError(await bench.verify(user, code), 400, 'invalid_code');
      return '200: the session is read again and is ours; one session';
    },
  },
  {
    row: 9,
    fault: 'answer lost, and reading again fails',
    where: 'session create',
    run: async (bench) => {
      const user = await bench.user();
      const code = await bench.loginCode(user);
      bench.failFirestore(
        { mode: 'drop after', times: 1, ...aCommit('/sessions/') },
        { mode: 'status', status: GRPC.unavailable, method: 'GetDocument', naming: '/sessions/' },
      );
      expectUnavailable(await bench.verify(user, code, 'row-9'), 'verify-otp');
      bench.heal();
      const { body } = expectStatus(await bench.verify(user, code, 'row-9'), 200);
      expectStatus(await bench.me(body.sessionToken), 200);
      expect(await bench.sessions(user)).to.equal(1);
      return '503; the same Idempotency-Key then gives that one session';
    },
  },
  {
    row: 10,
    fault: 'Firestore RESOURCE_EXHAUSTED (hot document)',
    where: 'limits',
    settings: { limits: { credential1m: 100, org1m: 100 } },
    run: async (bench) => {
      const { email, phone_number, password } = await bench.user();
      bench.failFirestore({ mode: 'status', status: GRPC.resourceExhausted, ...aCommit('/limits/') });
      expectUnavailable(await bench.post('login', { email, password }), 'login');
      expect(bench.messagesTo({ email, phone_number })).to.equal(0);
      let admitted = 0;
      for (let count = 0; count < 60; count++) {
        const response = await bench.post('introspect', { token: 'none' });
        if (response.status === 200) admitted += 1;
        else expectUnavailable(response, 'introspect');
      }
      expect(admitted, 'admitted').to.be.within(1, LOCAL_BURST + LEASE_MIN);
      return `sends: 503; quotas: ${LOCAL_BURST + LEASE_MIN} of 100 at most an instance, then 503`;
    },
  },
  {
    row: 11,
    fault: 'Firestore PERMISSION_DENIED, FAILED_PRECONDITION',
    where: 'every route',
    run: async (bench) => {
      await allUnavailable(bench, { mode: 'status', status: GRPC.permissionDenied });
      bench.heal();
      const { phone_number, password } = await bench.user();
      bench.failFirestore({ mode: 'status', status: GRPC.failedPrecondition, method: 'RunQuery' });
      expectUnavailable(await bench.post('login', { phone_number, password }), 'login by phone, index missing');
      return '503 without detail; nothing written';
    },
  },
];
