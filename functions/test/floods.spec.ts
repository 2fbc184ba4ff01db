import { expect } from 'chai';
import { expectStatus, type TestOrg } from './support/api-client.js';
import { isOverloaded, untilCalm } from './support/calm-race.js';
import { describeApp, startEmulatorApp, type TestApp } from './support/describe-app.js';
import { dose, HEAVY } from './support/dose.js';
import { type FloodKind, FloodProcess, type FloodReport, flood } from './support/flood-process.js';
import { testStack } from './support/global-stack.js';
import { GrpcFaultProxy } from './support/grpc-fault-proxy.js';
import { cpuMsOf, LoadClient, median, paced, percentile, tally, timed } from './support/load.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const FLOOD_PER_SECOND = 500;
const STEADY_PER_SECOND = 50;
const PARTNER_PER_SECOND = 5;
/** What a read of Firestore takes where it is not next door, about. */
const READ_MS = 15;

/** What a partner's backend does all day: two session checks, by turns. */
async function steady(baseUrl: string, org: TestOrg, session: string, ms: number) {
  const client = new LoadClient(baseUrl);
  const { key, secret } = org.credential;
  const credential = { 'x-partner-key': key, 'x-partner-secret': secret };
  const json = { ...credential, 'content-type': 'application/json' };
  const me = () => client.send('GET', '/partner/users/me', { ...credential, authorization: `Bearer ${session}` });
  const introspect = () => client.send('POST', '/partner/auth/introspect', json, JSON.stringify({ token: session }));
  const answers = await paced(STEADY_PER_SECOND, ms, (index) => timed(index % 2 === 0 ? me : introspect));
  client.close();
  return {
    p95: percentile(
      answers.map(({ ms: taken }) => taken),
      0.95,
    ),
    statuses: tally(answers.map(({ result }) => result)),
  };
}

/** Counts, from here on, the documents that are read for credentials and the comparisons of bcrypt. */
function countCosts({ backends, hasher }: TestApp) {
  const comparisons = hasher.comparisons;
  const reads: Record<string, number> = { 'credentials.find': 0, 'orgs.find': 0 };
  backends.fault = (call, proceed) => {
    const { operation } = call;
    if (operation in reads) reads[operation] = (reads[operation] ?? 0) + 1;
    return proceed();
  };
  return () => ({ ...reads, bcrypt: hasher.comparisons - comparisons });
}

/** C-03. The cold instance is another one than where the orgs were made: it knows nobody. */
describeApp('C-03: a flood of wrong secrets on one org’s key, in one process', (app) => {
  const FLOOD_MS = dose(600, 10_000);
  let cold: TestApp;
  let victim: TestOrg;
  let other: TestOrg;
  let session: string;

  before(async () => {
    victim = await app().provision();
    other = await app().provision();
    session = await app().scenario.logIn(other, await app().scenario.register(other));
  });
  beforeEach(async () => {
    cold = await startEmulatorApp();
  });
  afterEach(() => cold.close());

  const floodOf = (kind: FloodKind) =>
    flood({
      baseUrl: cold.api.baseUrl,
      keyId: victim.credential.key,
      kind,
      perSecond: FLOOD_PER_SECOND,
      ms: FLOOD_MS,
    });

  it('runs no bcrypt and reads once; another org is served, and the partner itself gets in', async () => {
    const costs = countCosts(cold);
    const partner = async () => {
      await new Promise((resolve) => setTimeout(resolve, FLOOD_MS / 2));
      return cold.api.post(victim, '/partner/auth/introspect', { token: '' });
    };
    const [flooded, served, partners] = await Promise.all([
      floodOf('wrong secret'),
      steady(cold.api.baseUrl, other, session, FLOOD_MS),
      partner(),
    ]);
    const cost = costs();
    console.log(`      flood ${JSON.stringify(flooded)}, the other org ${JSON.stringify(served.statuses)}`);
    console.log(`      cost ${JSON.stringify(cost)}, of which one of each is the partner's and the other org's`);
    expect(Object.keys(flooded)).to.deep.equal(['401']);
    expect(flooded[401]).to.be.at.least((FLOOD_PER_SECOND * FLOOD_MS) / 2_000);
    expect(Object.keys(served.statuses)).to.deep.equal(['200']);
    expectStatus(partners, 200);
    // The victim's credential is read once for all, the other org's once; each of the two is compared once.
    expect(cost).to.deep.equal({ 'credentials.find': 2, 'orgs.find': 2, bcrypt: 2 });
  });

  it('costs nothing at all when the checksum is wrong', async () => {
    const costs = countCosts(cold);
    expect(Object.keys(await floodOf('bad checksum'))).to.deep.equal(['401']);
    expect(costs()).to.deep.equal({ 'credentials.find': 0, 'orgs.find': 0, bcrypt: 0 });
  });
});

describe('C-03: the same against the built function', () => {
  const ROUNDS = dose(1, 24);
  const PHASE_MS = dose(500, 2_500);
  const PHASES = ['quiet', 'bad checksum', 'wrong secret'] as const;
  type Phase = (typeof PHASES)[number];

  let app: TestApp;
  let served: ServedApp;
  let firestore: GrpcFaultProxy;
  let flooder: FloodProcess;
  let victim: TestOrg;
  let other: TestOrg;
  let session: string;

  before(async () => {
    app = await startEmulatorApp();
    firestore = await GrpcFaultProxy.to(testStack().firestoreEmulator);
    firestore.faults.set({ mode: 'delay before', delayMs: READ_MS });
    served = await startServedApp(1, { FIRESTORE_EMULATOR_HOST: firestore.host });
    flooder = new FloodProcess();
    victim = await app.provision();
    other = await app.provision();
    session = await app.scenario.logIn(other, await app.scenario.register(other));
    await phase('wrong secret');
    await phase('quiet');
  });
  after(async () => {
    await Promise.all([flooder?.stop(), served?.served.stop(), app?.close()]);
    await firestore?.close();
  });

  const statusesOf = (...tallies: FloodReport[]) => tallies.flatMap((one) => Object.keys(one));

  /** Run again where the machine was too busy for the deadlines of the built function. */
  const calmPhase = (kind: Phase) =>
    untilCalm(
      () => phase(kind),
      ({ statuses, flooded }) => statusesOf(statuses, flooded).includes('503'),
    );

  async function phase(kind: Phase) {
    const { key: keyId } = victim.credential;
    const cpuBefore = cpuMsOf(served.served.pid);
    const job = { baseUrl: served.api.baseUrl, keyId, perSecond: FLOOD_PER_SECOND, ms: PHASE_MS };
    const [flooded, { p95, statuses }] = await Promise.all([
      kind === 'quiet' ? ({} as FloodReport) : flooder.run({ ...job, kind }),
      steady(served.api.baseUrl, other, session, PHASE_MS),
    ]);
    return { p95, statuses, flooded, cpuMs: cpuMsOf(served.served.pid) - cpuBefore };
  }

  /** Each round has every phase, each time in another order: what the machine does meanwhile falls on all alike. */
  async function measure() {
    const p95s: Record<Phase, number[]> = { quiet: [], 'bad checksum': [], 'wrong secret': [] };
    const cpu: Record<Phase, number[]> = { quiet: [], 'bad checksum': [], 'wrong secret': [] };
    const floods: number[] = [];
    for (let turn = 0; turn < ROUNDS * PHASES.length; turn += 1) {
      const round = Math.floor(turn / PHASES.length);
      const kind = PHASES[(round + turn) % PHASES.length] ?? 'quiet';
      const { p95, statuses, flooded, cpuMs } = await calmPhase(kind);
      p95s[kind].push(p95);
      cpu[kind].push(cpuMs);
      floods.push(flooded[401] ?? 0);
      expect(Object.keys(statuses), kind).to.deep.equal(['200']);
      expect(Object.keys(flooded), kind).to.deep.equal(kind === 'quiet' ? [] : ['401']);
    }
    return { p95s, cpu, perSecond: (Math.max(...floods) * 1_000) / PHASE_MS };
  }

  it('others are answered, and their p95 grows by at most 20 % (HEAVY)', async () => {
    const { p95s, cpu, perSecond } = await measure();
    const ratio = (of: Phase, to: Phase) =>
      median(p95s[of].map((value, round) => value / (p95s[to][round] ?? Number.NaN)));
    console.log(`      ${ROUNDS} rounds, ${perSecond.toFixed(0)} refused a second beside ${STEADY_PER_SECOND} served`);
    for (const kind of PHASES) console.log(`      ${kind}: p95 of the other org ${median(p95s[kind]).toFixed(2)} ms`);
    console.log(`      bad checksum / quiet: ${ratio('bad checksum', 'quiet').toFixed(3)}, what mere requests cost`);
    console.log(
      `      wrong secret / bad checksum: ${ratio('wrong secret', 'bad checksum').toFixed(3)}, what our check adds`,
    );
    console.log(`      wrong secret / quiet: ${ratio('wrong secret', 'quiet').toFixed(3)}`);
    const refusalMs = (kind: FloodKind) => (median(cpu[kind]) - median(cpu.quiet)) / ((perSecond * PHASE_MS) / 1_000);
    const perRefusal = (['bad checksum', 'wrong secret'] as const).map(
      (kind) => `${kind} ${refusalMs(kind).toFixed(3)}`,
    );
    console.log(`      CPU of the server, ms a refusal: ${perRefusal.join(', ')}`);
    if (HEAVY) expect(ratio('wrong secret', 'quiet')).to.be.at.most(1.2);
  });

  it('lets the partner in during the flood', async () => {
    const round = async () => {
      const flooding = phase('wrong secret');
      const answers = await paced(PARTNER_PER_SECOND, PHASE_MS, () =>
        served.api.post(victim, '/partner/auth/introspect', { token: '' }),
      );
      await flooding;
      return answers;
    };
    for (const answer of await untilCalm(round, isOverloaded)) expectStatus(answer, 200);
  });
});
