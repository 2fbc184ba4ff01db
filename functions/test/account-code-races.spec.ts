import { expect } from 'chai';
import { CODE_USES, type CodeUse, newCodeUser } from './support/account-codes.js';
import { race, wonBy } from './support/account-race.js';
import { from } from './support/account-scenario.js';
import { type ApiResponse, expectStatus } from './support/api-client.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS } from './support/calm-race.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { times } from './support/describe-contract.js';
import { dose } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { wrongCode } from './support/scenario.js';

const ROUNDS = dose(1, 20);
const PARALLEL = dose(80, 200);

describeApp('Races for codes of the Account API', (app) => {
  let probe: FirestoreProbe;
  before(async () => {
    probe = new FirestoreProbe();
    await warmUp(app());
  });
  after(() => probe.close());

  for (const one of CODE_USES)
    for (let round = 1; round <= ROUNDS; round += 1)
      raceFor(app, () => probe, one, round === 1 ? '' : `, round ${round}`);
});

/** The emulator is a JVM: its first hundreds of commits are slow enough to run into our deadlines. */
async function warmUp(app: TestApp): Promise<void> {
  for (const { send, use } of CODE_USES) {
    const user = await newCodeUser(app);
    const code = await send(app, user);
    await Promise.all(times(PARALLEL / 4, (index) => use(app, user, wrongCode(code, index + 1))));
  }
}

function raceFor(app: () => TestApp, probe: () => FirestoreProbe, one: CodeUse, again: string): void {
  const { purpose, send, use } = one;

  /** @see https://hackerone.com/reports/3692149 GHSA-7w99-5wm4-3g79 CVE-2024-4629 */
  it(`O-01: of ${PARALLEL} parallel right codes for ${purpose} one is accepted${again}`, () =>
    raceOf(app(), async (parallel) => {
      const user = await newCodeUser(app());
      const code = await send(app(), user);
      const responses = await race(
        `O-01 ${purpose}`,
        times(parallel, () => () => use(app(), user, code)),
      );
      expect(wonBy(responses).length).to.be.at.most(1);
      if (isOverloaded(responses)) return responses;
      expect(wonBy(responses)).to.have.length(1);
      // 409: beside the one who verifies the number. 401: of sessions that the reset has ended.
      for (const { status, text } of responses) expect(status, text).to.be.oneOf([200, 400, 401, 409, 429]);
      return responses;
    })).timeout(RACE_TIMEOUT_MS);

  /** @see CVE-2023-47111 GHSA-7h8m-vrxx-vr4m CVE-2024-4629 CVE-2025-64102 */
  it(`O-02: of ${PARALLEL} parallel wrong codes for ${purpose} at most 5 are compared${again}`, () =>
    raceOf(app(), async (parallel) => {
      const user = await newCodeUser(app());
      const code = await send(app(), user);
      const guess = (index: number) => () => use(app(), user, wrongCode(code, index + 1));
      const responses = await race(`O-02 ${purpose}`, times(parallel, guess));
      expect(wonBy(responses)).to.deep.equal([]);
      const challenges = await probe().challengesOf(user.uid);
      // Each code that is compared and wrong adds one failure.
      for (const { failures = 0 } of challenges) expect(failures).to.be.at.most(5);
      expect((await use(app(), user, code)).status).to.be.oneOf([400, 503]);
      if (isOverloaded(responses)) return responses;
      expect(challenges.map(({ failures = 0 }) => failures)).to.include(5);
      // As many as are compared are remembered with the next one.
      expectStatus(await use(app(), user, await send(app(), user)), 429);
      return responses;
    })).timeout(RACE_TIMEOUT_MS);
}

async function raceOf(app: TestApp, run: (parallel: number) => Promise<readonly ApiResponse[]>): Promise<void> {
  const { account } = app;
  const { token } = await account.signUp();
  await calmly({ parallel: PARALLEL, run, probe: () => account.call('refreshToken', {}, token, from()) });
}
