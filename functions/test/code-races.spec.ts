import { expect } from 'chai';
import { type ApiResponse, expectError, expectStatus } from './support/api-client.js';
import { isOverloaded } from './support/calm-race.js';
import { times } from './support/describe-contract.js';
import { describeRaces, PARALLEL, type RaceTrack, statusesOf } from './support/race-track.js';
import { type ContactField, wrongCode } from './support/scenario.js';

describeRaces('Races for codes', (track, again) => {
  raceRightCodes(track, again);
  raceWrongCodes(track, again);
  for (const by of ['email', 'phone_number'] as const)
    track.it(
      `A-01, O-08: of ${PARALLEL} parallel sends by ${by} exactly 3 go out, and one code is live${again}`,
      PARALLEL,
      (parallel) => sendAtOnce(track, by, parallel),
    );
  if (again === '') replaceCodes(track);
});

function raceRightCodes(track: RaceTrack, again: string): void {
  /** @see https://hackerone.com/reports/3692149 GHSA-7w99-5wm4-3g79 CVE-2024-4629 */
  track.it(`O-01: ${PARALLEL} parallel right codes open one session${again}`, PARALLEL, async (parallel) => {
    const { scenario, org } = track.place();
    const user = await track.register();
    const code = await scenario.sendLoginCode(org, user);
    const verify = () => scenario.verify(org, user, code);
    const responses = await track.race(
      'O-01 right code',
      times(parallel, () => verify),
    );
    const opened = statusesOf(responses).filter((status) => status === 200);
    const sessions = await track.sessions(user);
    expect(opened.length).to.be.at.most(1);
    expect(sessions).to.be.at.most(1);
    if (isOverloaded(responses)) return responses;
    expect(opened).to.have.length(1);
    expect(sessions).to.equal(1);
    for (const { status } of responses) expect(status).to.be.oneOf([200, 400, 429]);
    return responses;
  });
}

function raceWrongCodes(track: RaceTrack, again: string): void {
  const title = `O-02: of ${PARALLEL} parallel wrong codes at most 5 are compared, and the right one then refused`;
  /** @see CVE-2023-47111 GHSA-7h8m-vrxx-vr4m CVE-2024-4629 CVE-2025-64102 huly#10875 */
  track.it(`${title}${again}`, PARALLEL, async (parallel) => {
    const { scenario, org, probe } = track.place();
    const user = await track.register();
    const code = await scenario.sendLoginCode(org, user);
    const guess = (index: number) => () => scenario.verify(org, user, wrongCode(code, index + 1));
    const responses = await track.race('O-02 wrong codes', times(parallel, guess));
    const [challenge] = await probe.challengesOf(user.userId);
    // Each code that is compared and wrong adds one failure.
    expect(challenge?.['failures']).to.be.at.most(5);
    expect(statusesOf(responses)).not.to.include(200);
    if (isOverloaded(responses)) return responses;
    expect(challenge).to.include({ failures: 5, tries: parallel });
    expectError(await scenario.verify(org, user, code), 400, 'invalid_code');
    expect(await track.sessions(user)).to.equal(0);
    return responses;
  });

  track.it(`O-02: the same for reset codes${again}`, 50, async (parallel) => {
    const { scenario, org, probe } = track.place();
    const user = await track.register();
    const code = await scenario.sendResetCode(org, user);
    const reset = (given: string) =>
      track.post('forgot-password/reset', { email: user.email, code: given, new_password: 'stolen!' });
    const guess = (index: number) => () => reset(wrongCode(code, index + 1));
    const responses = await track.race('O-02 wrong reset codes', times(parallel, guess));
    const [challenge] = await probe.challengesOf(user.userId);
    expect(challenge?.['failures']).to.be.at.most(5);
    expect(statusesOf(responses)).not.to.include(200);
    if (isOverloaded(responses)) return responses;
    expect(challenge?.['failures']).to.equal(5);
    expectError(await reset(code), 400, 'invalid_code');
    expectStatus(await track.login(user), 200);
    return responses;
  });
}

async function sendAtOnce(track: RaceTrack, by: ContactField, parallel: number): Promise<readonly ApiResponse[]> {
  const { scenario, org, codesTo } = track.place();
  const user = await track.register();
  const login = () => track.post('login', { [by]: user[by], password: user.password });
  const responses = await track.race(
    `O-08 sends by ${by}`,
    times(parallel, () => login),
  );
  const refused = responses.filter(({ status }) => status !== 200);
  expect(responses.length - refused.length).to.be.at.most(3);
  if (isOverloaded(responses)) return responses;
  expect(responses.length - refused.length).to.equal(3);
  for (const response of refused) expectError(response, 429, 'rate_limited');
  const codes = await codesTo(user[by], 3);
  expect(codes).to.have.length(3);
  const tried = [];
  for (const code of codes) tried.push(await scenario.verify(org, user, code, by));
  if (isOverloaded(tried)) return tried;
  expect(statusesOf(tried).sort()).to.deep.equal([200, 400, 400]);
  return responses;
}

function replaceCodes(track: RaceTrack): void {
  track.it('O-08: sending again replaces the code', 1, async () => {
    const { scenario, org } = track.place();
    const user = await track.register();
    const [first, second] = [await scenario.sendLoginCode(org, user), await scenario.sendLoginCode(org, user)];
    // One in a million: the same code twice.
    if (first !== second) expectError(await scenario.verify(org, user, first), 400, 'invalid_code');
    return [expectStatus(await scenario.verify(org, user, second), 200)];
  });

  track.it('O-08: sending to the other contact replaces the code as well', 1, async () => {
    const { scenario, org } = track.place();
    const user = await track.register();
    const byEmail = await scenario.sendLoginCode(org, user, 'email');
    const byPhone = await scenario.sendLoginCode(org, user, 'phone_number');
    expectError(await scenario.verify(org, user, byEmail, 'email'), 400, 'invalid_code');
    return [expectStatus(await scenario.verify(org, user, byPhone, 'phone_number'), 200)];
  });
}
