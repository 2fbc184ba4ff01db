import { expect } from 'chai';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/lib/clock.js';
import { expectRefusal } from './support/account-answers.js';
import { CODE_USES, type CodeUse, type CodeUser, later, nearNextSecond, newCodeUser } from './support/account-codes.js';
import { from, newPhone } from './support/account-scenario.js';
import { expectStatus } from './support/api-client.js';
import { describeMemoryApp, type TestApp } from './support/describe-app.js';
import { HEAVY } from './support/dose.js';
import { wrongCode } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';

const LIFETIME_MS = 600 * SECOND_MS;
const AGES = [
  [LIFETIME_MS - SECOND_MS, 200],
  [LIFETIME_MS + SECOND_MS, 400],
] as const;

describeMemoryApp('Codes of the Account API', (app) => {
  holdEach(() => app().clock);
  for (const code of CODE_USES) {
    describe(code.purpose, () => {
      oneCode(app, code);
      manyFailures(app, code);
    });
  }
  notForOthers(app);
});

/** What one code is good for. */
function oneCode(app: () => TestApp, one: CodeUse): void {
  const { send, use } = one;
  it('O-01: is accepted once', async () => {
    const user = await newCodeUser(app());
    const code = await send(app(), user);
    await accept(app(), one, user, code);
    expect((await use(app(), user, code)).status).to.be.oneOf([400, 401]);
  });

  it('O-02: is compared five times, the right one among them or not', async () => {
    for (const [wrong, status] of [
      [4, 200],
      [5, 400],
    ] as const) {
      const user = await newCodeUser(app());
      const code = await send(app(), user);
      for (let tried = 1; tried <= wrong; tried += 1)
        expectRefusal(await use(app(), user, wrongCode(code, tried)), 400, 'invalid_code');
      nearNextSecond(app());
      expectStatus(await use(app(), user, code), status);
    }
  });

  it('O-05: works a second before its ten minutes are over, and not a second after', async () => {
    for (const [age, status] of AGES) {
      const user = await newCodeUser(app());
      const code = await send(app(), user);
      expectStatus(await use(app(), await later(app(), user, age), code), status);
    }
  });

  it('O-08: is replaced by the next one', async () => {
    const user = await newCodeUser(app());
    const [first, second] = [await send(app(), user), await send(app(), user)];
    // One in a million: the same code twice.
    if (first !== second) expectRefusal(await use(app(), user, first), 400, 'invalid_code');
    await accept(app(), one, user, second);
  });
}

/** What is kept of wrong ones. */
function manyFailures(app: () => TestApp, one: CodeUse): void {
  const { purpose, send, use } = one;
  /** Wrong codes, each of which is compared. */
  async function fail(user: CodeUser, code: string, times: number): Promise<void> {
    for (let tried = 1; tried <= times; tried += 1)
      expectRefusal(await use(app(), user, wrongCode(code, tried)), 400, 'invalid_code');
  }

  it('O-03: failures are kept over codes, and a pause follows the fifth in a row', async () => {
    const user = await newCodeUser(app());
    await fail(user, await send(app(), user), 4);
    const code = await send(app(), user);
    await fail(user, code, 1);
    const paused = expectRefusal(await use(app(), user, code), 429, 'locked_out');
    expect(paused.headers.get('retry-after')).to.equal('30');
    expect(paused.headers.get('ratelimit')).to.match(/^"code_failures";r=0;t=\d+$|, "code_failures";r=0;t=\d+/);
    app().clock.advance(31 * SECOND_MS);
    await accept(app(), one, user, code);
  });

  // The core keeps failures by no purpose: all three in the heavy runs.
  if (HEAVY || purpose === 'phone_verification')
    it('O-03: at a hundred failures nothing is accepted any more', async () => {
      let user = await newCodeUser(app());
      await fail(user, await send(app(), user), 4);
      // From here on one each three hours: within the daily limits, whatever the time of day is now.
      for (let failures = 4; failures < 100; failures += 1) {
        user = await later(app(), user, 3 * HOUR_MS);
        await fail(user, await send(app(), user), 1);
      }
      user = await later(app(), user, 3 * HOUR_MS);
      expectRefusal(await use(app(), user, await send(app(), user)), 429, 'locked_out');
    });

  it('O-04: a right password leaves the failures, a right code ends them', async () => {
    const user = await newCodeUser(app());
    await fail(user, await send(app(), user), 4);
    const again = await later(app(), user, 11 * MINUTE_MS);
    const code = await send(app(), again);
    await fail(again, code, 1);
    expectRefusal(await use(app(), again, code), 429, 'locked_out');
    app().clock.advance(31 * SECOND_MS);
    await accept(app(), one, again, code);
    const password = purpose === 'password_reset' ? again.nextPassword : again.password;
    const last = await later(app(), { ...again, password }, 11 * MINUTE_MS);
    const fresh = await send(app(), last);
    await fail(last, fresh, 4);
    await accept(app(), one, last, fresh);
  });
}

/** O-07: each code is one user's, for one purpose, of one contact. */
function notForOthers(app: () => TestApp): void {
  const pairs = CODE_USES.flatMap((own) => CODE_USES.map((other) => ({ own, other })));
  for (const { own, other } of pairs.filter(({ own, other }) => own !== other))
    it(`O-07: a code for ${own.purpose} is none for ${other.purpose}, whether or not one of those lives`, async () => {
      const user = await newCodeUser(app());
      const code = await own.send(app(), user);
      expectRefusal(await other.use(app(), user, code), 400, 'invalid_code');
      const theirs = await other.send(app(), user);
      if (theirs !== code) expectRefusal(await other.use(app(), user, code), 400, 'invalid_code');
      await accept(app(), own, user, code);
    });

  for (const one of CODE_USES)
    it(`O-07: a code for ${one.purpose} is nobody else’s`, async () => {
      const { send, use } = one;
      const ada = await newCodeUser(app());
      const eve = { ...(await newCodeUser(app())), phone: ada.phone };
      const code = await send(app(), ada);
      expectRefusal(await use(app(), eve, code), 400, 'invalid_code');
      const own = await send(app(), eve);
      if (code !== own) expectRefusal(await use(app(), eve, code), 400, 'invalid_code');
      await accept(app(), one, ada, code);
    });

  it('O-07: a code for one number verifies no other', async () => {
    const { account } = app();
    const user = await newCodeUser(app());
    const code = await account.sendPhoneCode(user.phone, user.token);
    const other = { phone: newPhone(), code };
    expectRefusal(await account.call('verifyPhone', other, user.token, from()), 400, 'invalid_code');
    expectStatus(await account.call('verifyPhone', { phone: user.phone, code }, user.token, from()), 200);
  });
}

async function accept(app: TestApp, { use }: CodeUse, user: CodeUser, code: string): Promise<void> {
  nearNextSecond(app);
  expectStatus(await use(app, user, code), 200);
}
