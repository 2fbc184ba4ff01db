import { expect } from 'chai';
import { expectSuccess } from './support/account-answers.js';
import { type Accounts, CLASSES, newAccounts } from './support/account-classes.js';
import { from } from './support/account-scenario.js';
import type { ApiResponse } from './support/api-client.js';
import { SO_SLOW } from './support/backend-recorder.js';
import { masked } from './support/declared.js';
import { describeApp, describeMemoryApp, type TestApp } from './support/describe-app.js';
import { holdEach } from './support/test-clock.js';

const HIDING = { mainApp: { hidesExistence: true } };

/** Seconds to wait pass while the classes are asked; all else is compared to the byte. */
function comparable(response: ApiResponse) {
  const { status, headers, text } = masked(response);
  return { status, text, headers: headers.filter(([name]) => name !== 'retry-after') };
}

for (const [name, describeHere] of [
  ['in memory', describeMemoryApp],
  ['on the emulators', describeApp],
] as const)
  describeHere(`E-01: ACCOUNT_HIDE_EXISTENCE, ${name}`, sameAnswers, HIDING);

/** @see CVE-2024-41952 an unknown user could be told from a known one */
function sameAnswers(app: () => TestApp): void {
  holdEach(() => app().clock);
  /** Asks for each class in turn, again and again, and compares what they are answered each time. */
  async function expectSame(
    turns: number,
    ask: (email: string, turn: number, request: ReturnType<typeof from>) => Promise<ApiResponse>,
  ): Promise<number[]> {
    const accounts = await newAccounts(app());
    const request: Accounts<ReturnType<typeof from>> = { known: from(), unknown: from(), disabled: from() };
    const statuses: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const answers: ApiResponse[] = [];
      for (const one of CLASSES) answers.push(await ask(accounts[one].email, turn, request[one]));
      const [first, ...others] = answers.map(comparable);
      for (const other of others) expect(other, `turn ${turn}`).to.deep.equal(first);
      statuses.push(first?.status ?? 0);
    }
    return statuses;
  }
  const account = () => app().account;

  it('forgotPassword answers all alike, its limit included', async () => {
    const send = (email: string, _: number, request: object) =>
      account().call('forgotPassword', { email }, undefined, request);
    expect(await expectSame(5, send)).to.deep.equal([200, 200, 200, 429, 429]);
  });

  it('so does resetPassword with a wrong code, pauses included', async () => {
    const statuses = await expectSame(9, (email, turn, request) =>
      turn === 0 || turn === 7
        ? account().call('forgotPassword', { email }, undefined, request)
        : account().call(
            'resetPassword',
            { email, code: `00000${turn}`, newPassword: 'a new one' },
            undefined,
            request,
          ),
    );
    expect(statuses).to.deep.equal([200, 400, 400, 400, 400, 400, 400, 200, 429]);
  });

  it('so does login with a wrong password, pauses included', async () => {
    const statuses = await expectSame(8, (email, turn, request) =>
      account().call('login', { email, password: `wrong ${turn}` }, undefined, request),
    );
    expect(statuses).to.deep.equal([...Array<number>(5).fill(401), ...Array<number>(3).fill(429)]);
  });

  it('nothing is sent to nobody, nor to who is disabled', async () => {
    const accounts = await newAccounts(app());
    await app().drain();
    const before = app().outbox.messages.length;
    for (const one of CLASSES) expectSuccess(await account().call('forgotPassword', accounts[one]), null);
    await app().drain();
    expect(
      app()
        .outbox.messages.slice(before)
        .map(({ to }) => to),
    ).to.deep.equal([accounts.known.email]);
  });
}

describeApp(
  'E-04: ACCOUNT_HIDE_EXISTENCE, in calls to backends',
  (app) => {
    it('forgotPassword costs each the same calls, before the answer and behind it', async () => {
      const accounts = await newAccounts(app());
      await app().drain();
      const costs = [];
      for (const one of CLASSES) {
        const { email } = accounts[one];
        const { recording } = await app().backends.record(async () => {
          const contact = { kind: 'email', value: email } as const;
          await app().services.passwords.sendResetCode(app().services.mainApp, contact);
        }, SO_SLOW);
        const { recording: worked } = await app().backends.record(() => app().drain());
        const ofTheStore = worked.calls.filter((call) => call.startsWith('firestore.')).sort();
        const { hops, reads, writes, deletes, calls } = recording;
        costs.push({ hops, reads, writes, deletes, calls: [...calls].sort(), ofTheStore });
      }
      expect(costs[0]?.calls).not.to.deep.equal([]);
      for (const cost of costs) expect(cost).to.deep.equal(costs[0]);
    });
  },
  HIDING,
);

describeMemoryApp('E-01: without ACCOUNT_HIDE_EXISTENCE', (app) => {
  it('an unknown email is told at forgotPassword alone: login and resetPassword tell nothing', async () => {
    const accounts = await newAccounts(app());
    const { account } = app();
    const bodies = {
      login: { password: 'wrong' },
      resetPassword: { code: '000000', newPassword: 'another password' },
    };
    for (const [operation, body] of Object.entries(bodies)) {
      const ask = (email: string) => account.call(operation, { ...body, email }, undefined, from());
      const known = comparable(await ask(accounts.known.email));
      for (const one of CLASSES) expect(comparable(await ask(accounts[one].email)), operation).to.deep.equal(known);
    }
    const statuses = [];
    for (const one of CLASSES) statuses.push((await account.call('forgotPassword', accounts[one])).status);
    expect(statuses).to.deep.equal([200, 404, 404]);
  });
});
