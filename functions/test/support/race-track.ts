import type { ApiResponse, TestOrg } from './api-client.js';
import { calmly, calmWalk, RACE_TIMEOUT_MS } from './calm-race.js';
import { codesTo, describeApp } from './describe-app.js';
import { times } from './describe-contract.js';
import { dose } from './dose.js';
import type { FirestoreProbe } from './firestore-probe.js';
import { orgWithProbe } from './org-with-probe.js';
import { newRegistration, type Scenario, type TestUser, wrongCode } from './scenario.js';
import { threeProcesses } from './three-processes.js';

/** So many at once, unless a race says otherwise. */
export const PARALLEL = dose(80, 200);

/** Where races are run: one process, or several that share nothing but the backends. */
interface Place {
  readonly scenario: Scenario;
  readonly org: TestOrg;
  readonly probe: FirestoreProbe;
  /** All codes that were sent to a contact, newest first. */
  codesTo(contact: string, atLeast?: number): Promise<string[]>;
  /** The time that its limits go by. */
  now(): number;
}

interface Row {
  race: string;
  parallel: number;
  ok: number;
  refused: number;
  '5xx': number;
  ms: number;
}

/** What races are made of. The place is there in a test. */
export class RaceTrack {
  readonly rows: Row[] = [];

  constructor(readonly place: () => Place) {}

  /** A test that is run again where it says nothing, with people whom each round makes anew. */
  it(title: string, parallel: number, run: (parallel: number) => Promise<readonly ApiResponse[]>): void {
    const race = { parallel, run, probe: () => this.probe(), limitedBy: () => this.place().now() };
    it(title, () => calmly(race)).timeout(RACE_TIMEOUT_MS);
  }

  /** Needs the backends, and changes nothing. */
  probe(): Promise<ApiResponse> {
    return this.login({ ...newRegistration(), userId: '' });
  }

  /** Runs requests at once and notes how they were answered. */
  async race(name: string, requests: readonly (() => Promise<ApiResponse>)[]): Promise<ApiResponse[]> {
    const startedAt = Date.now();
    const responses = await Promise.all(requests.map((request) => request()));
    const count = (from: number, to: number) => responses.filter(({ status }) => status >= from && status < to).length;
    const [ok, refused, failed] = [count(200, 300), count(400, 500), count(500, 600)];
    this.rows.push({ race: name, parallel: requests.length, ok, refused, '5xx': failed, ms: Date.now() - startedAt });
    return responses;
  }

  post(path: string, body: unknown, session?: string): Promise<ApiResponse> {
    const { scenario, org } = this.place();
    return scenario.api.post(org, `/partner/auth/${path}`, body, session);
  }

  register(): Promise<TestUser> {
    const { scenario, org } = this.place();
    return scenario.register(org);
  }

  login({ email, password }: TestUser): Promise<ApiResponse> {
    return this.post('login', { email, password });
  }

  async sessions({ userId }: TestUser): Promise<number> {
    const { org, probe } = this.place();
    return (await probe.sessionsOf(org.org.orgId, userId)).length;
  }

  /** The emulator is a JVM: its first hundreds of commits are slow enough to run into our deadlines. */
  async warmUp(): Promise<void> {
    const { scenario, org } = this.place();
    for (let round = 0; round < 3; round++) {
      const user = await this.register();
      const code = await scenario.sendLoginCode(org, user);
      await Promise.all(times(PARALLEL / 4, (index) => scenario.verify(org, user, wrongCode(code, index + 1))));
    }
  }
}

export const statusesOf = (responses: readonly ApiResponse[]) => responses.map(({ status }) => status);

/** The same races in one process and across three. `again` ends the titles of all rounds but the first. */
export function describeRaces(what: string, races: (track: RaceTrack, again: string) => void): void {
  const laps = (place: () => Place, count: number) => {
    const track = new RaceTrack(place);
    before(() =>
      calmWalk(
        () => track.warmUp(),
        () => track.probe(),
      ),
    );
    after(() => console.table(track.rows));
    for (let round = 1; round <= count; round++) races(track, round === 1 ? '' : `, round ${round}`);
  };
  describeApp(`${what} in one process`, (app) => {
    const { org, probe } = orgWithProbe(app);
    const allCodesTo = async (contact: string) => {
      await app().drain();
      return codesTo(app().outbox, contact).reverse();
    };
    const place = () => ({
      scenario: app().scenario,
      org: org(),
      probe: probe(),
      codesTo: allCodesTo,
      now: () => app().clock.now(),
    });
    laps(place, dose(1, 20));
  });
  describe(`${what} across 3 processes of the built function`, () => {
    const processes = threeProcesses();
    const place = () => {
      const { served, org, probe } = processes();
      return { scenario: served.scenario, org, probe, codesTo: served.codesTo, now: Date.now };
    };
    laps(place, dose(1, 5));
  });
}
