import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ApiClient, ApiResponse, TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { times } from './support/describe-contract.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { isReplayed, withKey } from './support/idempotent.js';
import { newRegistration } from './support/scenario.js';
import { threeProcesses } from './support/three-processes.js';

const PARALLEL = 100;
const TIMEOUT_MS = 120_000;
/** A try that missed its deadline on a busy machine has its lease to the end: 20 s. */
const ROUNDS = 150;
const ROUND_MS = 200;

interface Track {
  readonly api: ApiClient;
  readonly org: TestOrg;
  readonly probe: FirestoreProbe;
}

/** What every answer may be, until each has the one answer. */
const WAITING = [409, 503];

/** Sends one request so many times at once, and again whatever has no answer yet. */
async function askUntilAnswered(
  ask: () => Promise<ApiResponse>,
): Promise<{ all: ApiResponse[]; first: ApiResponse[] }> {
  const first = await Promise.all(times(PARALLEL, ask));
  let answers = first;
  const all = [...first];
  for (let round = 0; round < ROUNDS && answers.some(({ status }) => WAITING.includes(status)); round += 1) {
    await sleep(ROUND_MS);
    answers = await Promise.all(answers.map((one) => (WAITING.includes(one.status) ? ask() : one)));
    all.push(...answers);
  }
  return { all: [...new Set(all)], first };
}

function raceTests(track: () => Track): void {
  it(`H-05: ${PARALLEL} parallel registrations with one key make one user, and all have its answer`, async () => {
    const { api, org, probe } = track();
    const body = newRegistration();
    const request = withKey({ org, body });
    const { all, first } = await askUntilAnswered(() => api.request('/partner/auth/register', request));
    const count = (status: number) => first.filter((one) => one.status === status).length;
    console.log(`      H-05: of ${PARALLEL} at once ${count(201)} × 201, ${count(409)} × 409, ${count(503)} × 503`);
    const made = all.filter(({ status }) => status === 201);
    for (const answer of all.filter((one) => !made.includes(one))) {
      expect(answer.status, answer.text).to.be.oneOf(WAITING);
      if (answer.status === 409) expect(answer.body.error.code).to.equal('request_in_progress');
      if (answer.status === 409) expect(answer.headers.get('retry-after')).to.equal('1');
    }
    expect(made.length).to.be.at.least(PARALLEL);
    expect(new Set(made.map(({ text }) => text)).size, 'different answers').to.equal(1);
    expect(
      made.filter((one) => !isReplayed(one)),
      'answers that are no repetition',
    ).to.have.length(1);
    expect(await probe.profilesWith(org.org.orgId, 'email', body.email)).to.deep.equal([made[0]?.body.userId]);
  }).timeout(TIMEOUT_MS);

  it('H-05: of parallel requests with one key and several bodies one body is taken', async () => {
    const { api, org, probe } = track();
    const { email } = newRegistration();
    const bodies = times(20, () => newRegistration({ email }));
    const requests = bodies.map((body) => withKey({ org, body }, `shared ${email}`));
    const answers = await Promise.all(requests.map((request) => api.request('/partner/auth/register', request)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).to.be.at.most(1);
    for (const answer of answers.filter((one) => !made.includes(one)))
      expect(answer.status, answer.text).to.be.oneOf([422, 503]);
    expect((await probe.profilesWith(org.org.orgId, 'email', email)).length).to.be.at.most(1);
  }).timeout(TIMEOUT_MS);
}

describeApp('One key in one process', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  before(async () => {
    org = await app().provision();
    probe = new FirestoreProbe();
  });
  after(() => probe.close());
  raceTests(() => ({ api: app().api, org, probe }));
});

describe('One key across 3 processes of the built function', function () {
  this.timeout(TIMEOUT_MS);
  const processes = threeProcesses();
  raceTests(() => {
    const { served, org, probe } = processes();
    return { api: served.api, org, probe };
  });
});
