import { expect } from 'chai';
import { isOverloaded } from './support/calm-race.js';
import { times } from './support/describe-contract.js';
import { describeRaces, statusesOf } from './support/race-track.js';
import { newRegistration } from './support/scenario.js';

describeRaces('Races for contacts', (track, again) => {
  track.it(`R-02: of 100 parallel registrations of one email one succeeds${again}`, 100, async (parallel) => {
    const { org, probe } = track.place();
    const { email } = newRegistration();
    const register = () => track.post('register', newRegistration({ email }));
    const responses = await track.race(
      'R-02 one email',
      times(parallel, () => register),
    );
    const profiles = await probe.profilesWith(org.org.orgId, 'email', email);
    expect(profiles.length).to.be.at.most(1);
    if (isOverloaded(responses)) return responses;
    expect(statusesOf(responses).sort()).to.deep.equal([201, ...Array<number>(parallel - 1).fill(409)]);
    expect(profiles).to.have.length(1);
    return responses;
  });

  const onePhone = 'R-02: of 20 parallel registrations of one phone number, or of one request, one succeeds';
  track.it(`${onePhone}${again}`, 20, async (parallel) => {
    const { scenario, org, probe } = track.place();
    const { phone_number } = newRegistration();
    const register = () => track.post('register', newRegistration({ phone_number }));
    const responses = await track.race(
      'R-02 one phone',
      times(parallel, () => register),
    );
    if (isOverloaded(responses)) return responses;
    expect(statusesOf(responses).filter((status) => status === 201)).to.have.length(1);
    expect(await probe.profilesWith(org.org.orgId, 'phone_number', phone_number)).to.have.length(1);
    const same = newRegistration();
    const repeated = await track.race(
      'R-02 one request',
      times(parallel, () => () => track.post('register', same)),
    );
    if (isOverloaded(repeated)) return repeated;
    expect(statusesOf(repeated).filter((status) => status === 201)).to.have.length(1);
    const { userId } = repeated.find(({ status }) => status === 201)?.body ?? {};
    expect(await probe.profilesWith(org.org.orgId, 'email', same.email)).to.deep.equal([userId]);
    await scenario.logIn(org, { ...same, userId });
    return repeated;
  });
});
