import { expect } from 'chai';
import { expectError, expectStatus } from './support/api-client.js';
import { isOverloaded } from './support/calm-race.js';
import { times } from './support/describe-contract.js';
import { describeRaces, statusesOf } from './support/race-track.js';

describeRaces('Races for passwords', (track, again) => {
  track.it(`P-05: 50 parallel resets with one code set one password${again}`, 50, async (parallel) => {
    const { scenario, org } = track.place();
    const user = await track.register();
    const code = await scenario.sendResetCode(org, user);
    const reset = (index: number) => () =>
      track.post('forgot-password/reset', { email: user.email, code, new_password: `new password ${index}` });
    const responses = await track.race('P-05 resets', times(parallel, reset));
    const won = statusesOf(responses).flatMap((status, index) => (status === 200 ? [index] : []));
    expect(won.length).to.be.at.most(1);
    if (isOverloaded(responses)) return responses;
    expect(won).to.have.length(1);
    expectStatus(await track.login({ ...user, password: `new password ${won[0]}` }), 200);
    expectError(await track.login(user), 401, 'invalid_credentials');
    return responses;
  });

  /** @see CVE-2023-47111 */
  track.it(`P-04: of 50 parallel guesses at the current password 10 are answered${again}`, 50, async (parallel) => {
    const { scenario, org } = track.place();
    const user = await track.register();
    const session = await scenario.logIn(org, user);
    const change = (current_password: string) =>
      track.post('change-password', { current_password, new_password: 'stolen!' }, session);
    const guess = (index: number) => () => change(`guess ${index}`);
    const guessed = await track.race('P-04 change-password', times(parallel, guess));
    expect(statusesOf(guessed).filter((status) => status === 401).length).to.be.at.most(10);
    expect(statusesOf(guessed)).not.to.include(200);
    if (isOverloaded(guessed)) return guessed;
    const responses = await track.race('P-04 right one after', [() => change(user.password)]);
    if (!isOverloaded(responses)) expect(statusesOf(responses)).to.deep.equal([429]);
    return responses;
  });

  track.it(`E-03: of 50 parallel guesses at login at most 10 are answered${again}`, 50, async (parallel) => {
    const user = await track.register();
    const guess = (index: number) => () => track.login({ ...user, password: `guess ${index}` });
    const responses = await track.race('E-03 login guesses', times(parallel, guess));
    expect(statusesOf(responses).filter((status) => status === 401).length).to.be.at.most(10);
    expect(statusesOf(responses)).not.to.include(200);
    if (!isOverloaded(responses)) expect(statusesOf(responses)).to.include(401);
    return responses;
  });
});
