import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ApiClient, ApiResponse, TestOrg } from './support/api-client.js';
import { calmly, isOverloaded, RACE_TIMEOUT_MS, type Race } from './support/calm-race.js';
import { describeApp } from './support/describe-app.js';
import { times } from './support/describe-contract.js';
import type { FirestoreProbe } from './support/firestore-probe.js';
import { isReplayed, withKey } from './support/idempotent.js';
import { orgWithProbe } from './support/org-with-probe.js';
import { newRegistration } from './support/scenario.js';
import { threeProcesses } from './support/three-processes.js';

const PARALLEL = 100;
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

/** Sends one request so many times at once, and again whatever has no answer yet. Answers those of the first time, and all. */
async function askUntilAnswered(parallel: number, ask: () => Promise<ApiResponse>): Promise<ApiResponse[][]> {
  const first = await Promise.all(times(parallel, ask));
  let answers = first;
  const all = [...first];
  for (let round = 0; round < ROUNDS && answers.some(({ status }) => WAITING.includes(status)); round += 1) {
    await sleep(ROUND_MS);
    answers = await Promise.all(answers.map((one) => (WAITING.includes(one.status) ? ask() : one)));
    all.push(...answers);
  }
  return [first, [...new Set(all)]];
}

function raceTests(track: () => Track): void {
  const raced = (parallel: number, run: Race['run']) => () =>
    calmly({ parallel, run, probe: () => track().api.post(track().org, '/partner/auth/introspect', { token: '' }) });

  it(
    `H-05: ${PARALLEL} parallel registrations with one key make one user, and all have its answer`,
    raced(PARALLEL, async (parallel) => {
      const { api, org, probe } = track();
      const body = newRegistration();
      const request = withKey({ org, body });
      const [first = [], all = []] = await askUntilAnswered(parallel, () =>
        api.request('/partner/auth/register', request),
      );
      const count = (status: number) => first.filter((one) => one.status === status).length;
      console.log(`      H-05: of ${parallel} at once ${count(201)} × 201, ${count(409)} × 409, ${count(503)} × 503`);
      const made = all.filter(({ status }) => status === 201);
      for (const answer of all.filter((one) => !made.includes(one))) {
        expect(answer.status, answer.text).to.be.oneOf(WAITING);
        if (answer.status === 409) expect(answer.body.error.code).to.equal('request_in_progress');
        if (answer.status === 409) expect(answer.headers.get('retry-after')).to.equal('1');
      }
      expect(made.length).to.be.at.least(parallel);
      expect(new Set(made.map(({ text }) => text)).size, 'different answers').to.equal(1);
      expect(await probe.profilesWith(org.org.orgId, 'email', body.email)).to.deep.equal([made[0]?.body.userId]);
      if (isOverloaded(all)) return all;
      expect(
        made.filter((one) => !isReplayed(one)),
        'answers that are no repetition',
      ).to.have.length(1);
      return all;
    }),
  ).timeout(RACE_TIMEOUT_MS);

  it(
    'H-05: of parallel requests with one key and several bodies one body is taken',
    raced(20, async (parallel) => {
      const { api, org, probe } = track();
      const { email } = newRegistration();
      const bodies = times(parallel, () => newRegistration({ email }));
      const requests = bodies.map((body) => withKey({ org, body }, `shared ${email}`));
      const answers = await Promise.all(requests.map((request) => api.request('/partner/auth/register', request)));
      const made = answers.filter(({ status }) => status === 201);
      expect(made.length).to.be.at.most(1);
      for (const answer of answers.filter((one) => !made.includes(one)))
        expect(answer.status, answer.text).to.be.oneOf([422, 503]);
      const profiles = await probe.profilesWith(org.org.orgId, 'email', email);
      expect(profiles.length).to.be.at.most(1);
      if (isOverloaded(answers)) return answers;
      expect([made.length, profiles.length]).to.deep.equal([1, 1]);
      return answers;
    }),
  ).timeout(RACE_TIMEOUT_MS);
}

describeApp('One key in one process', (app) => {
  const { org, probe } = orgWithProbe(app);
  raceTests(() => ({ api: app().api, org: org(), probe: probe() }));
});

describe('One key across 3 processes of the built function', () => {
  const processes = threeProcesses();
  raceTests(() => {
    const { served, org, probe } = processes();
    return { api: served.api, org, probe };
  });
});
