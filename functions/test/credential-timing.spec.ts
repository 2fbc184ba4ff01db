import { expect } from 'chai';
import { generateKeyId, type KeyId } from '../src/credentials/credential-id.js';
import { CREDENTIAL_CACHE_MS } from '../src/credentials/credential-policy.js';
import type { TestOrg } from './support/api-client.js';
import { auc } from './support/auc.js';
import { describeApp } from './support/describe-app.js';
import { dose, HEAVY } from './support/dose.js';
import { floodSecret } from './support/flood-process.js';
import { LoadClient, median, timed } from './support/load.js';

const SAMPLES = dose(300, 1_000);
/** Each of these is waited for. */
const FIRST_SAMPLES = dose(10, 1_000);
const WARM_UP = dose(4, 100);

/** Two classes of requests, and what is done before each of them. */
interface Pair {
  readonly unknown: () => KeyId;
  readonly known: () => KeyId;
  readonly before: () => void;
}

/** C-05: one who tries wrong secrets is told neither by an answer nor by its time whether there is such a key. */
describeApp('C-05: an unknown key id and a wrong secret', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  afterEach(() => {
    app().backends.fault = undefined;
  });

  /** By turns, and in each turn another one first. */
  async function sample({ unknown, known, before }: Pair, samples: number) {
    const client = new LoadClient(app().api.baseUrl);
    const calls = { unknown: [] as string[], known: [] as string[] };
    const times = { unknown: [] as number[], known: [] as number[] };
    const ask = async (one: 'unknown' | 'known', key: KeyId) => {
      before();
      app().backends.fault = (call, proceed) => {
        calls[one].push(call.operation);
        return proceed();
      };
      const headers = { 'x-partner-key': key, 'x-partner-secret': floodSecret('wrong secret') };
      const { ms, result } = await timed(() => client.send('GET', '/partner/users/me', headers));
      expect(result).to.equal(401);
      times[one].push(ms);
    };
    for (let turn = 0; turn < WARM_UP + samples; turn += 1) {
      if (turn % 2 === 0) await ask('unknown', unknown());
      await ask('known', known());
      if (turn % 2 === 1) await ask('unknown', unknown());
    }
    client.close();
    return { calls, unknown: times.unknown.slice(WARM_UP), known: times.known.slice(WARM_UP) };
  }

  async function compare(what: string, pair: Pair, samples: number, reads: number): Promise<void> {
    const comparisons = app().hasher.comparisons;
    const { calls, unknown, known } = await sample(pair, samples);
    const value = auc(unknown, known);
    console.log(
      `      ${what}: AUC ${value.toFixed(3)}, medians ${median(unknown).toFixed(3)} and ${median(known).toFixed(3)} ms`,
    );
    expect(calls.known).to.deep.equal(Array<string>(reads).fill('credentials.find'));
    expect(calls.unknown).to.deep.equal(calls.known);
    expect(app().hasher.comparisons).to.equal(comparisons);
    if (HEAVY) expect(value).to.be.within(0.45, 0.55);
  }

  it('look the same, to the header', async () => {
    const answers = await Promise.all(
      [generateKeyId('live'), org.credential.key].map((key) =>
        app().api.request('/partner/users/me', {
          method: 'GET',
          headers: { 'x-partner-key': key, 'x-partner-secret': floodSecret('wrong secret'), 'x-request-id': 'same' },
        }),
      ),
    );
    const [unknown, known] = answers.map(({ status, text, headers }) => {
      return { status, text, headers: [...headers].filter(([name]) => name !== 'date') };
    });
    expect(known).to.deep.equal(unknown);
  });

  it(`cost the same when asked again and again (${SAMPLES} samples each)`, async () => {
    const nobody = generateKeyId('live');
    app().clock.advance(CREDENTIAL_CACHE_MS);
    await compare(
      'remembered',
      { unknown: () => nobody, known: () => org.credential.key, before: () => {} },
      SAMPLES,
      1,
    );
  });

  it(`cost the same when asked for the first time (${FIRST_SAMPLES} samples each)`, async () => {
    const before = () => app().clock.advance(CREDENTIAL_CACHE_MS);
    const pair = { unknown: () => generateKeyId('live'), known: () => org.credential.key, before };
    await compare('read', pair, FIRST_SAMPLES, WARM_UP + FIRST_SAMPLES);
  });
});
