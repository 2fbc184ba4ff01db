import { expect } from 'chai';
import { RETRY_AFTER_MS } from '../../../src/delivery/delivery-policy.js';
import { MINUTE_MS } from '../../../src/lib/clock.js';
import { type ApiResponse, expectError, expectStatus } from '../api-client.js';
import { PUBLIC_URL, signAsTwilio } from '../provider-signer.js';
import type { TestUser } from '../scenario.js';
import type { FaultBench } from './fault-bench.js';
import { expectUnavailable, type FaultRow, inTime } from './fault-row.js';

const SMS = { through: 'providers' } as const;

const logIn = (bench: FaultBench, { phone_number, password }: TestUser) =>
  bench.post('login', { phone_number, password });

const verify = (bench: FaultBench, { phone_number }: TestUser, code: string) =>
  bench.post('verify-otp', { phone_number, code });

const refuse = (bench: FaultBench, status: number, reason: string, times?: number) =>
  bench.providers.twilio.faults.set({ mode: 'status', status, reason, ...(times === undefined ? {} : { times }) });

/** A user whose number stands in the block of another's. */
async function neighbourOf(bench: FaultBench, { phone_number }: TestUser): Promise<TestUser> {
  const lastFour = String((Number(phone_number.slice(-4)) + 1) % 10_000).padStart(4, '0');
  return bench.user({ phone_number: `${phone_number.slice(0, -4)}${lastFour}` });
}

/** Twilio reports, at the address that it was told, what the carrier said of the last message to a user. */
async function reportUndelivered({ app, providers }: FaultBench, { phone_number: to }: TestUser): Promise<ApiResponse> {
  const message = providers.twilio.messages.findLast((one) => one.to === to);
  const url = message?.statusCallback ?? '';
  const form = { MessageSid: message?.sid ?? '', MessageStatus: 'undelivered', ErrorCode: '30003', To: to };
  const raw = new URLSearchParams(form).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...signAsTwilio(url, raw) };
  return app.api.request(url.slice(PUBLIC_URL.length), { raw, headers });
}

/** Refused both times, and twice is all. */
async function neverTaken(bench: FaultBench): Promise<void> {
  const { app, providers } = bench;
  const user = await bench.user();
  providers.twilio.reset();
  refuse(bench, 429, '20429');
  expectStatus(await logIn(bench, user), 200);
  for (let again = 0; again < 3; again += 1) {
    app.clock.advance(RETRY_AFTER_MS.max);
    await app.drain();
  }
  expect(providers.twilio.requests, 'requests').to.have.length(2);
  expect(await bench.statuses(user.phone_number)).to.deep.equal(['failed']);
}

/** Nobody listened: surely nothing was taken. */
async function notThere(bench: FaultBench): Promise<void> {
  const { app, providers } = bench;
  const user = await bench.user();
  providers.twilio.reset();
  await providers.twilio.stop();
  const sent = expectStatus(await logIn(bench, user), 200);
  expect(sent.headers.get('otp-delivery')).to.equal('pending');
  await providers.twilio.restart();
  app.clock.advance(RETRY_AFTER_MS.max);
  await app.drain();
  expect(providers.twilio.messages, 'messages').to.have.length(1);
  expectStatus(await verify(bench, user, providers.codeFor(user.phone_number)), 200);
}

/** Twilio's rows of security.md's fault matrix; a login by phone is what its `send-otp` is here. */
export const SMS_ROWS: readonly FaultRow[] = [
  {
    ...SMS,
    row: 23,
    fault: 'Twilio 21211, 21614: a bad number',
    where: 'login, forgot-password',
    settings: { smsPerDay: 1 },
    run: async (bench) => {
      const { twilio } = bench.providers;
      const [bad, good] = [await bench.user(), await bench.user()];
      for (const code of ['21211', '21614']) {
        refuse(bench, 400, code);
        expectError(await logIn(bench, bad), 502, 'delivery_failed');
        expect(await bench.liveCodes(bad), 'live codes').to.equal(0);
        expect(twilio.requests.splice(0), 'requests').to.have.length(1);
      }
      expectStatus(await bench.post('forgot-password/send-otp', { phone_number: bad.phone_number }), 200);
      await bench.app.drain();
      expect(await bench.statuses(bad.phone_number)).to.deep.equal(['failed', 'failed', 'failed']);
      bench.heal();
      expectStatus(await logIn(bench, good), 200);
      return '502, code void; forgot-password 200; a cap of one a day is left for the next';
    },
  },
  {
    ...SMS,
    row: 24,
    fault: 'Twilio 21408, 30450: region off, pumped; 21610: opted out',
    where: 'login',
    run: async (bench) => {
      const { twilio } = bench.providers;
      for (const code of ['21408', '30450']) {
        const user = await bench.user();
        const neighbour = await neighbourOf(bench, user);
        refuse(bench, 400, code, 1);
        expectError(await logIn(bench, user), 502, 'delivery_failed');
        await bench.app.services.background.idle();
        expectError(await logIn(bench, neighbour), 429, 'rate_limited');
        expect(twilio.requests.splice(0), 'requests').to.have.length(1);
      }
      const user = await bench.user();
      const neighbour = await neighbourOf(bench, user);
      refuse(bench, 400, '21610', 1);
      expectError(await logIn(bench, user), 502, 'delivery_failed');
      await bench.app.services.background.idle();
      expectStatus(await logIn(bench, neighbour), 200);
      expectStatus(await bench.post('login', { email: user.email, password: user.password }), 200);
      return '502, no second request; the prefix is left alone, not for one opt-out; the email works';
    },
  },
  ...[
    { status: 401, code: '20003' },
    { status: 403, code: '20403' },
  ].map(
    ({ status, code }): FaultRow => ({
      ...SMS,
      row: 25,
      fault: `Twilio ${status}: a key that is not valid any more`,
      where: 'login',
      run: async (bench) => {
        const { twilio } = bench.providers;
        refuse(bench, status, code);
        expectUnavailable(await logIn(bench, await bench.user()), 'the first');
        expectUnavailable(await logIn(bench, await bench.user()), 'the second');
        expect(twilio.requests, 'requests').to.have.length(1);
        const lines = bench.app.logs.filter((line) => line.includes('"ERROR"') && line.includes(`twilio/${code}`));
        expect(lines, 'lines to be paged by').to.have.length(1);
        return '503, an ERROR line; the breaker is open at once: one request in all';
      },
    }),
  ),
  {
    ...SMS,
    row: 26,
    fault: 'Twilio 429, connection refused',
    where: 'login',
    run: async (bench) => {
      const { twilio } = bench.providers;
      const { app } = bench;
      const user = await bench.user();
      refuse(bench, 429, '20429', 1);
      const sent = expectStatus(await logIn(bench, user), 200);
      expect(sent.headers.get('otp-delivery')).to.equal('pending');
      expect(app.queue.jobs.map(({ delayMs }) => delayMs <= RETRY_AFTER_MS.max)).to.deep.equal([true]);
      app.clock.advance(RETRY_AFTER_MS.max);
      await app.drain();
      expect([twilio.requests.length, twilio.messages.length], 'requests, messages').to.deep.equal([2, 1]);
      expect(new Set(twilio.requests.map(({ body }) => new URLSearchParams(String(body)).get('Body'))).size).to.equal(
        1,
      );
      const code = bench.providers.codeFor(user.phone_number);
      app.clock.advance(9 * MINUTE_MS);
      expectStatus(await verify(bench, user, code), 200);
      await neverTaken(bench);
      await notThere(bench);
      return '200, pending; tried once more within 20 s, the same code with its old end; never a third time';
    },
  },
  {
    ...SMS,
    row: 27,
    fault: 'Twilio 500',
    where: 'login',
    run: async (bench) => {
      const { twilio } = bench.providers;
      const user = await bench.user();
      refuse(bench, 500, '20500', 1);
      expectError(await logIn(bench, user), 502, 'delivery_failed');
      await bench.app.drain();
      expect([twilio.requests.length, bench.app.queue.jobs.length], 'requests, jobs').to.deep.equal([1, 0]);
      // Had it been taken all the same, its code would still be good.
      expect(await bench.liveCodes(user), 'live codes').to.equal(1);
      expectStatus(await logIn(bench, user), 200);
      expect(twilio.messages, 'messages').to.have.length(1);
      return '502; one request, the code stays good; the next login sends the next';
    },
  },
  {
    ...SMS,
    row: 28,
    beside: 'waiting',
    fault: 'Twilio does not answer: before or after it took the message',
    where: 'login',
    run: async (bench) => {
      const { twilio } = bench.providers;
      for (const [mode, taken] of [
        ['drop before', 0],
        ['drop after', 1],
        ['delay after', 1],
      ] as const) {
        const user = await bench.user();
        twilio.reset();
        twilio.faults.set({ mode, delayMs: 20_000, times: 1 });
        const sent = expectStatus(await inTime(() => logIn(bench, user)), 200);
        expect(sent.headers.get('otp-delivery'), mode).to.equal('pending');
        await bench.app.drain();
        expect([twilio.requests.length, twilio.messages.length], mode).to.deep.equal([1, taken]);
        expect(await bench.statuses(user.phone_number), mode).to.deep.equal(['queued']);
        if (taken > 0) expectStatus(await verify(bench, user, bench.providers.codeFor(user.phone_number)), 200);
        expectStatus(await logIn(bench, user), 200);
        expectStatus(await verify(bench, user, bench.providers.codeFor(user.phone_number)), 200);
      }
      return '200, pending; one request; what was taken works, and so does asking again';
    },
  },
  {
    ...SMS,
    row: 29,
    fault: 'Twilio took it, the carrier did not deliver it',
    where: 'webhook',
    run: async (bench) => {
      const user = await bench.user();
      expectStatus(await logIn(bench, user), 200);
      await bench.app.services.background.idle();
      expectStatus(await reportUndelivered(bench, user), 204);
      expect(await bench.statuses(user.phone_number)).to.deep.equal(['undelivered']);
      const [challenge] = await bench.probe.challengesOf(user.userId);
      expect(challenge?.['tries'], 'tries used').to.equal(0);
      expectStatus(await bench.post('login', { email: user.email, password: user.password }), 200);
      expectStatus(await bench.verify(user, bench.providers.mailedCodeFor(user.email)), 200);
      return 'the record says undelivered; no try is used up; the email works at once';
    },
  },
];
