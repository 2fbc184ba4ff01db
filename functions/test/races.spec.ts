import { expect } from 'chai';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { calmly, isOverloaded } from './support/calm-race.js';
import { codesTo, describeApp } from './support/describe-app.js';
import { times } from './support/describe-contract.js';
import { dose } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { type ContactField, newRegistration, type Scenario, type TestUser, wrongCode } from './support/scenario.js';
import { threeProcesses } from './support/three-processes.js';

const PARALLEL = dose(80, 200);

/** Where the races are run: one process, and several that share nothing but the backends. */
interface Track {
  readonly scenario: Scenario;
  /** All codes that were sent to a contact, newest first. */
  codesTo(contact: string, atLeast?: number): Promise<string[]>;
}

interface Row {
  race: string;
  parallel: number;
  ok: number;
  refused: number;
  '5xx': number;
  ms: number;
}

/** Runs requests at once and notes how they were answered. */
async function race(rows: Row[], name: string, requests: (() => Promise<ApiResponse>)[]): Promise<ApiResponse[]> {
  const startedAt = Date.now();
  const responses = await Promise.all(requests.map((request) => request()));
  const count = (from: number, to: number) => responses.filter(({ status }) => status >= from && status < to).length;
  const [ok, refused, failed] = [count(200, 300), count(400, 500), count(500, 600)];
  rows.push({ race: name, parallel: requests.length, ok, refused, '5xx': failed, ms: Date.now() - startedAt });
  return responses;
}

/** The emulator is a JVM: its first hundreds of commits are slow enough to run into our deadlines. */
async function warmUp({ scenario }: Track, org: TestOrg): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const user = await scenario.register(org);
    const code = await scenario.sendLoginCode(org, user);
    await Promise.all(times(PARALLEL / 4, (index) => scenario.verify(org, user, wrongCode(code, index + 1))));
  }
}

const statuses = (responses: readonly ApiResponse[]) => responses.map(({ status }) => status);

function raceTests(track: () => Track, org: () => TestOrg, probe: () => FirestoreProbe, repeats: number): void {
  const rows: Row[] = [];
  before(() => warmUp(track(), org()));
  after(() => console.table(rows));
  const post = (path: string, body: unknown, session?: string) =>
    track().scenario.api.post(org(), `/partner/auth/${path}`, body, session);
  const register = () => track().scenario.register(org());
  const login = ({ email, password }: TestUser) => post('login', { email, password });
  /** So many at once, of people whom each round makes anew. */
  const raced = (parallel: number, run: (parallel: number) => Promise<readonly ApiResponse[]>) => () =>
    calmly({ parallel, run, probe: () => login({ ...newRegistration(), userId: '' }) });
  const sessionsOf = ({ userId }: TestUser) => probe().sessionsOf(org().org.orgId, userId);

  async function sendAtOnce(by: ContactField, parallel: number): Promise<readonly ApiResponse[]> {
    const user = await register();
    const login = () => post('login', { [by]: user[by], password: user.password });
    const responses = await race(
      rows,
      `O-08 sends by ${by}`,
      times(parallel, () => login),
    );
    const refused = responses.filter(({ status }) => status !== 200);
    expect(responses.length - refused.length).to.be.at.most(3);
    if (isOverloaded(responses)) return responses;
    expect(responses.length - refused.length).to.equal(3);
    for (const response of refused) expectError(response, 429, 'rate_limited');
    const codes = await track().codesTo(user[by], 3);
    expect(codes).to.have.length(3);
    const tried = [];
    for (const code of codes) tried.push((await track().scenario.verify(org(), user, code, by)).status);
    expect(tried.sort()).to.deep.equal([200, 400, 400]);
    return responses;
  }

  for (let round = 1; round <= repeats; round++) {
    const again = round === 1 ? '' : `, round ${round}`;

    /** @see https://hackerone.com/reports/3692149 GHSA-7w99-5wm4-3g79 CVE-2024-4629 */
    it(
      `O-01: ${PARALLEL} parallel right codes open one session${again}`,
      raced(PARALLEL, async (parallel) => {
        const user = await register();
        const code = await track().scenario.sendLoginCode(org(), user);
        const verify = () => track().scenario.verify(org(), user, code);
        const responses = await race(
          rows,
          'O-01 right code',
          times(parallel, () => verify),
        );
        const opened = statuses(responses).filter((status) => status === 200);
        const sessions = await sessionsOf(user);
        expect(opened.length).to.be.at.most(1);
        expect(sessions.length).to.be.at.most(1);
        if (isOverloaded(responses)) return responses;
        expect(opened).to.have.length(1);
        expect(sessions).to.have.length(1);
        for (const { status } of responses) expect(status).to.be.oneOf([200, 400, 429]);
        return responses;
      }),
    );

    /** @see CVE-2023-47111 GHSA-7h8m-vrxx-vr4m CVE-2024-4629 CVE-2025-64102 huly#10875 */
    it(
      `O-02: of ${PARALLEL} parallel wrong codes at most 5 are compared, and the right one then refused${again}`,
      raced(PARALLEL, async (parallel) => {
        const user = await register();
        const code = await track().scenario.sendLoginCode(org(), user);
        const guess = (index: number) => () => track().scenario.verify(org(), user, wrongCode(code, index + 1));
        const responses = await race(rows, 'O-02 wrong codes', times(parallel, guess));
        const [challenge] = await probe().challengesOf(user.userId);
        // Each code that is compared and wrong adds one failure.
        expect(challenge?.failures).to.be.at.most(5);
        expect(statuses(responses)).not.to.include(200);
        if (isOverloaded(responses)) return responses;
        expect(challenge).to.include({ failures: 5, tries: parallel });
        expectError(await track().scenario.verify(org(), user, code), 400, 'invalid_code');
        expect(await sessionsOf(user)).to.deep.equal([]);
        return responses;
      }),
    );

    it(
      `O-02: the same for reset codes${again}`,
      raced(50, async (parallel) => {
        const user = await register();
        const code = await track().scenario.sendResetCode(org(), user);
        const reset = (given: string) =>
          post('forgot-password/reset', { email: user.email, code: given, new_password: 'stolen!' });
        const guess = (index: number) => () => reset(wrongCode(code, index + 1));
        const responses = await race(rows, 'O-02 wrong reset codes', times(parallel, guess));
        const [challenge] = await probe().challengesOf(user.userId);
        expect(challenge?.failures).to.be.at.most(5);
        expect(statuses(responses)).not.to.include(200);
        if (isOverloaded(responses)) return responses;
        expect(challenge?.failures).to.equal(5);
        expectError(await reset(code), 400, 'invalid_code');
        expectStatus(await login(user), 200);
        return responses;
      }),
    );

    for (const by of ['email', 'phone_number'] as const)
      it(
        `A-01, O-08: of ${PARALLEL} parallel sends by ${by} exactly 3 go out, and one code is live${again}`,
        raced(PARALLEL, (parallel) => sendAtOnce(by, parallel)),
      );

    it(
      `P-05: 50 parallel resets with one code set one password${again}`,
      raced(50, async (parallel) => {
        const user = await register();
        const code = await track().scenario.sendResetCode(org(), user);
        const reset = (index: number) => () =>
          post('forgot-password/reset', { email: user.email, code, new_password: `new password ${index}` });
        const responses = await race(rows, 'P-05 resets', times(parallel, reset));
        expect(rows.at(-1)?.ok).to.be.at.most(1);
        if (isOverloaded(responses)) return responses;
        expect(rows.at(-1)?.ok).to.equal(1);
        const won = statuses(responses).indexOf(200);
        expectStatus(await login({ ...user, password: `new password ${won}` }), 200);
        expectError(await login(user), 401, 'invalid_credentials');
        return responses;
      }),
    );

    it(
      `R-02: of 100 parallel registrations of one email one succeeds${again}`,
      raced(100, async (parallel) => {
        const { email } = newRegistration();
        const register = () => post('register', newRegistration({ email }));
        const responses = await race(
          rows,
          'R-02 one email',
          times(parallel, () => register),
        );
        const profiles = await probe().profilesWith(org().org.orgId, 'email', email);
        expect(profiles.length).to.be.at.most(1);
        if (isOverloaded(responses)) return responses;
        expect(rows.at(-1)?.ok).to.equal(1);
        for (const response of responses.filter(({ status }) => status !== 201)) expect(response.status).to.equal(409);
        expect(profiles).to.have.length(1);
        return responses;
      }),
    );

    it(
      `R-02: of 20 parallel registrations of one phone number, or of one request, one succeeds${again}`,
      raced(20, async (parallel) => {
        const { phone_number } = newRegistration();
        const register = () => post('register', newRegistration({ phone_number }));
        const responses = await race(
          rows,
          'R-02 one phone',
          times(parallel, () => register),
        );
        if (isOverloaded(responses)) return responses;
        expect(rows.at(-1)?.ok).to.equal(1);
        expect(await probe().profilesWith(org().org.orgId, 'phone_number', phone_number)).to.have.length(1);
        const same = newRegistration();
        const repeated = await race(
          rows,
          'R-02 one request',
          times(parallel, () => () => post('register', same)),
        );
        if (isOverloaded(repeated)) return repeated;
        expect(rows.at(-1)?.ok).to.equal(1);
        const { userId } = repeated.find(({ status }) => status === 201)?.body ?? {};
        expect(await probe().profilesWith(org().org.orgId, 'email', same.email)).to.deep.equal([userId]);
        await track().scenario.logIn(org(), { ...same, userId });
        return repeated;
      }),
    );

    /** @see CVE-2023-47111 */
    it(
      `P-04: of 50 parallel guesses at the current password 10 are answered${again}`,
      raced(50, async (parallel) => {
        const user = await register();
        const session = await track().scenario.logIn(org(), user);
        const change = (current_password: string) =>
          post('change-password', { current_password, new_password: 'stolen!' }, session);
        const guess = (index: number) => () => change(`guess ${index}`);
        const guessed = await race(rows, 'P-04 change-password', times(parallel, guess));
        expect(statuses(guessed).filter((status) => status === 401).length).to.be.at.most(10);
        expect(statuses(guessed)).not.to.include(200);
        if (isOverloaded(guessed)) return guessed;
        const responses = await race(rows, 'P-04 right one after', [() => change(user.password)]);
        if (!isOverloaded(responses)) expect(statuses(responses)).to.deep.equal([429]);
        return responses;
      }),
    );

    it(
      `E-03: of 50 parallel guesses at login at most 10 are answered${again}`,
      raced(50, async (parallel) => {
        const user = await register();
        const guess = (index: number) => () => login({ ...user, password: `guess ${index}` });
        const responses = await race(rows, 'E-03 login guesses', times(parallel, guess));
        expect(statuses(responses).filter((status) => status === 401).length).to.be.at.most(10);
        expect(statuses(responses)).not.to.include(200);
        if (!isOverloaded(responses)) expect(statuses(responses)).to.include(401);
        return responses;
      }),
    );
  }

  it('O-08: sending again replaces the code', async () => {
    const user = await register();
    const [first, second] = [
      await track().scenario.sendLoginCode(org(), user),
      await track().scenario.sendLoginCode(org(), user),
    ];
    // One in a million: the same code twice.
    if (first !== second) expectError(await track().scenario.verify(org(), user, first), 400, 'invalid_code');
    expectStatus(await track().scenario.verify(org(), user, second), 200);
  });

  it('O-08: sending to the other contact replaces the code as well', async () => {
    const user = await register();
    const byEmail = await track().scenario.sendLoginCode(org(), user, 'email');
    const byPhone = await track().scenario.sendLoginCode(org(), user, 'phone_number');
    expectError(await track().scenario.verify(org(), user, byEmail, 'email'), 400, 'invalid_code');
    expectStatus(await track().scenario.verify(org(), user, byPhone, 'phone_number'), 200);
  });
}

describeApp('Races in one process', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  before(async () => {
    org = await app().provision();
    probe = new FirestoreProbe();
  });
  after(() => probe.close());
  const track = (): Track => ({
    scenario: app().scenario,
    codesTo: async (contact) => {
      await app().drain();
      return codesTo(app().outbox, contact).reverse();
    },
  });
  raceTests(
    track,
    () => org,
    () => probe,
    dose(1, 20),
  );
});

describe('Races across 3 processes of the built function', function () {
  this.timeout(120_000);
  const processes = threeProcesses();
  raceTests(
    () => processes().served,
    () => processes().org,
    () => processes().probe,
    dose(1, 5),
  );
});
