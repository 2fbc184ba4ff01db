import { expect } from 'chai';
import type { IssuedCredential } from '../src/credentials/credential-issuer.js';
import type { TestOrg } from './support/api-client.js';
import { eventually, turnTriggers } from './support/background-triggers.js';
import { untilCalm } from './support/calm-race.js';
import { describeApp } from './support/describe-app.js';
import { dose, HEAVY } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { testStack } from './support/global-stack.js';
import { LoadClient, paced, tally } from './support/load.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const SECOND = 1_000;
const PROCESSES = 2;
/** The steady traffic of one partner. */
const RATE = 50;
const CALM_MS = dose(0.6, 20) * SECOND;
const AFTER_MS = dose(1.4, 100) * SECOND;
/** How long the traffic goes on before it looks whether the rotation is through. */
const SLICE_MS = 0.2 * SECOND;
const IN_FORCE_MS = 60 * SECOND;
/** Between asking for an answer and its arriving here, on a busy machine. */
const ROUND_MS = 2 * SECOND;

/** On the built function as production runs it, edited in the console while requests keep coming. */
describeApp('C-04, C-06: changes under traffic', (app) => {
  let served: ServedApp;
  let client: LoadClient;
  let probe: FirestoreProbe;
  before(async () => {
    served = await startServedApp(PROCESSES);
    client = new LoadClient(served.served.baseUrl);
    probe = new FirestoreProbe();
    await turnTriggers('on', testStack());
  });
  after(async () => {
    await turnTriggers('off', testStack());
    client.close();
    await probe.close();
    await served.served.stop();
  });

  const introspect = ({ key, secret }: IssuedCredential): Promise<number> => {
    const headers = { 'content-type': 'application/json', 'x-partner-key': key, 'x-partner-secret': secret };
    return client.send('POST', '/partner/auth/introspect', headers, '{"token":"none"}');
  };

  async function rotate(org: TestOrg): Promise<IssuedCredential> {
    const { key } = org.credential;
    await probe.write(`credentials/${key}`, { rotate: true });
    const next: string = await eventually(
      'rotated',
      async () => (await probe.read(`credentials/${key}`))?.['rotatedTo'],
    );
    const shown = await probe.read(`orgs/${org.org.orgId}/revealedSecrets/${next}`);
    return { key: shown?.['key'], secret: shown?.['secret'] };
  }

  /** What was answered before and after, and whether the rotation was over by then. */
  async function rotateUnderTraffic(): Promise<{ status: number; isOver: boolean }[]> {
    const org = await app().provision();
    let current = org.credential;
    let isOver = false;
    const traffic = (ms: number) =>
      paced(RATE, ms, async (index) => {
        // A partner's servers change over one by one: for a while both are used.
        const status = await introspect(index % 2 === 0 ? current : org.credential);
        return { status, isOver };
      });
    const answers = await traffic(CALM_MS);
    const rotating = rotate(org).finally(() => {
      isOver = true;
    });
    // Awaited below: whoever asks hears of a failure.
    rotating.catch(() => {});
    while (!isOver) answers.push(...(await traffic(SLICE_MS)));
    current = await rotating;
    answers.push(...(await traffic(AFTER_MS)));
    expect(answers.filter(({ status }) => status === 401)).to.deep.equal([]);
    return answers;
  }

  it(`a rotation under ${RATE} requests a second costs not one 401`, async () => {
    const isSpoilt = (all: readonly { status: number }[]) => all.some(({ status }) => status === 503);
    const answers = await untilCalm(rotateUnderTraffic, isSpoilt);
    const after = answers.filter((one) => one.isOver).length;
    console.log(
      `      ${answers.length} requests, ${after} after the rotation:`,
      tally(answers.map((one) => one.status)),
    );
    expect(after).to.be.above(RATE);
    expect(tally(answers.map((one) => one.status))).to.deep.equal({ 200: answers.length });
  });

  const edits = {
    'a revoked credential': {
      edit: (org: TestOrg) => probe.write(`credentials/${org.credential.key}`, { status: 'revoked' }),
      refusal: 401,
    },
    'a suspended org': {
      edit: (org: TestOrg) => probe.write(`orgs/${org.org.orgId}`, { status: 'suspended' }),
      refusal: 403,
    },
  };

  if (HEAVY)
    for (const [name, { edit, refusal }] of Object.entries(edits)) {
      it(`${name} is refused by every process within 60 s`, async () => {
        const org = await app().provision();
        const startedAt = Date.now() + CALM_MS / 4;
        let editedAt = Number.POSITIVE_INFINITY;
        const traffic = paced(RATE, IN_FORCE_MS + CALM_MS, async () => {
          const askedAt = Date.now();
          return { askedAt, status: await introspect(org.credential) };
        });
        await new Promise((resolve) => setTimeout(resolve, startedAt - Date.now()));
        await edit(org);
        editedAt = Date.now();
        const answers = await traffic;
        const served = answers.filter(({ status }) => status === 200).map(({ askedAt }) => askedAt - editedAt);
        const late = answers.filter(({ askedAt }) => askedAt - editedAt > IN_FORCE_MS);
        console.log(
          `      ${name}: last served ${Math.max(...served)} ms after the edit;`,
          tally(answers.map(({ status }) => status)),
        );
        expect(Math.max(...served)).to.be.below(IN_FORCE_MS + ROUND_MS);
        expect(tally(late.map(({ status }) => status))).to.deep.equal({ [refusal]: late.length });
      });
    }
});
