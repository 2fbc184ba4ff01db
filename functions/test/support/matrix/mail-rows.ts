import { expect } from 'chai';
import { SECOND_MS } from '../../../src/lib/clock.js';
import { expectError, expectStatus } from '../api-client.js';
import type { TestUser } from '../scenario.js';
import type { FaultBench } from './fault-bench.js';
import { expectUnavailable, type FaultRow } from './fault-row.js';

const MAIL = { through: 'providers' } as const;

const forget = (bench: FaultBench, { email }: TestUser) => bench.post('forgot-password/send-otp', { email });
const logIn = (bench: FaultBench, { email, password }: TestUser) => bench.post('login', { email, password });

/** Works off the queue, which is brought a job again as long as it fails, and no longer than production brings it. */
const MAX_ATTEMPTS = 5;
async function workOff({ app }: FaultBench): Promise<number> {
  let failures = 0;
  for (const { payload } of app.queue.jobs.splice(0))
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const isDone = await app.services.jobs.run(payload).then(
        () => true,
        () => false,
      );
      if (isDone) break;
      failures += 1;
      app.clock.advance(10 * SECOND_MS);
    }
  return failures;
}

/** SendGrid's rows of security.md's fault matrix. */
export const MAIL_ROWS: readonly FaultRow[] = [
  {
    ...MAIL,
    row: 30,
    fault: 'SendGrid 429',
    where: 'forgot-password, login',
    run: async (bench) => {
      const { sendgrid } = bench.providers;
      const user = await bench.user();
      const tooMany = (times?: number) => {
        const headers = { 'x-ratelimit-reset': String(Math.ceil(Date.now() / SECOND_MS) + 5) };
        sendgrid.faults.set({ mode: 'status', status: 429, headers, ...(times === undefined ? {} : { times }) });
      };
      tooMany(1);
      expectStatus(await forget(bench, user), 200);
      expect(await workOff(bench), 'failed runs').to.be.at.least(1);
      expect([sendgrid.requests.length, sendgrid.messages.length], 'requests, mails').to.deep.equal([2, 1]);
      const code = bench.providers.mailedCodeFor(user.email);
      const reset = { email: user.email, code, new_password: 'a new one' };
      expectStatus(await bench.post('forgot-password/reset', reset), 200);
      await workOff(bench);
      sendgrid.reset();
      tooMany();
      expectStatus(await logIn(bench, { ...user, password: 'a new one' }), 200);
      await workOff(bench);
      expect(sendgrid.requests, 'requests').to.have.length(2);
      expect(await bench.statuses(user.email)).to.include('failed');
      return '200; tried once more when SendGrid lets us, then given up';
    },
  },
  {
    ...MAIL,
    row: 31,
    fault: 'SendGrid 500, no answer',
    where: 'forgot-password, login',
    run: async (bench) => {
      const { sendgrid } = bench.providers;
      for (const mode of ['status', 'drop after'] as const) {
        const user = await bench.user();
        sendgrid.reset();
        sendgrid.faults.set({ mode, status: 500 });
        expectStatus(await forget(bench, user), 200);
        await workOff(bench);
        expect(sendgrid.requests, `${mode}: requests`).to.have.length(1);
        expect(await bench.statuses(user.email), mode).to.deep.equal(['queued']);
        const answer = await logIn(bench, await bench.user());
        if (mode === 'status') expectError(answer, 502, 'delivery_failed');
        else expect(expectStatus(answer, 200).headers.get('otp-delivery')).to.equal('pending');
        expect(sendgrid.requests, `${mode}: requests`).to.have.length(2);
      }
      return '200; one request for each mail; login 502 for 500, 200 and pending for no answer';
    },
  },
  {
    ...MAIL,
    row: 32,
    fault: 'SendGrid 400, 413, 401',
    where: 'forgot-password, login',
    run: async (bench) => {
      const { sendgrid } = bench.providers;
      for (const status of [400, 413, 401]) {
        const user = await bench.user();
        sendgrid.reset();
        sendgrid.faults.set({ mode: 'status', status });
        expectStatus(await forget(bench, user), 200);
        expect(await workOff(bench), `${status}: failed runs`).to.equal(0);
        expect(sendgrid.requests, `${status}: requests`).to.have.length(1);
        expect(await bench.statuses(user.email), String(status)).to.deep.equal(['failed']);
        const answer = await logIn(bench, user);
        if (status === 401) expectUnavailable(answer, 'a key that is not valid any more');
        else expectError(answer, 502, 'delivery_failed');
      }
      return '200, no second request; login 502, for a bad key 503';
    },
  },
];
