import { expect } from 'chai';
import { type ApiResponse, expectStatus } from './api-client.js';
import { askUntilServed, calmly, calmWalk, untilCalm } from './calm-race.js';
import { rejection } from './unit-fixtures.js';

const answer = (status: number): ApiResponse => ({ status, text: String(status), body: {}, headers: new Headers() });
const all = async (parallel: number, status: number) => Array.from({ length: parallel }, () => answer(status));

describe('A race on a busy machine', () => {
  /** How many took part in each round, when those with more than `most` miss their deadlines. */
  async function crowds(most: number): Promise<number[]> {
    const rounds: number[] = [];
    const run = (parallel: number) => {
      rounds.push(parallel);
      return all(parallel, parallel > most ? 503 : 200);
    };
    await calmly({ parallel: 200, run, probe: async () => answer(401) });
    return rounds;
  }

  it('is run once when nobody misses a deadline', async () => {
    expect(await crowds(200)).to.deep.equal([200]);
  });

  it('is run again, with fewer in the end, until nobody does', async () => {
    expect(await crowds(60)).to.deep.equal([200, 200, 100, 50]);
  });

  it('fails when somebody always does', async () => {
    expect(String(await rejection(crowds(0)))).to.match(/without a missed deadline: 503/);
  });

  it('fails for what is no missed deadline', async () => {
    const run = (parallel: number) => all(parallel, 500);
    const error = await rejection(calmly({ parallel: 2, run, probe: async () => answer(401) }));
    expect(String(error)).to.match(/500.*503/);
  });

  it('fails for what must never happen, in whatever round', async () => {
    const run = async () => {
      throw new Error('four were sent');
    };
    const error = await rejection(calmly({ parallel: 2, run, probe: async () => answer(401) }));
    expect(String(error)).to.equal('Error: four were sent');
  });

  it('is run again when somebody misses one before it, or after', async () => {
    const answered = [503, 503, 200];
    const run = async (parallel: number) => {
      expectStatus(answer(answered.shift() ?? 0), 200);
      return all(parallel, 200);
    };
    await calmly({ parallel: 2, run, probe: async () => answer(401) });
    expect(answered).to.deep.equal([]);
  });

  it('is run again when the limits that its figures hang on began anew in it, and for no other of their kind', async () => {
    let now = 599_999;
    let rounds = 0;
    const run = async (parallel: number) => {
      rounds += 1;
      now += 1;
      if (rounds !== 2) throw new Error('four were sent');
      return all(parallel, 200);
    };
    const limited = { parallel: 2, run, probe: async () => answer(401), limitedBy: () => now };
    await calmly(limited);
    expect(rounds).to.equal(2);
    expect(String(await rejection(calmly(limited)))).to.equal('Error: four were sent');
  });

  it('is run again only when all are served', async () => {
    const waited = [503, 503, 200];
    const rounds = [503, 200];
    const probe = async () => answer(waited.length > 1 ? (waited.shift() ?? 0) : (waited[0] ?? 0));
    const run = async (parallel: number) => {
      if (rounds.length === 1) expect(waited).to.deep.equal([200]);
      return all(parallel, rounds.shift() ?? 0);
    };
    await calmly({ parallel: 2, run, probe });
    expect(rounds).to.deep.equal([]);
  });
});

describe('On a busy machine', () => {
  it('a walk begins anew when a step is not served', async () => {
    const steps = [200, 503, 200, 200];
    const walk = async () => {
      for (const _ of [1, 2]) expectStatus(answer(steps.shift() ?? 0), 200);
    };
    await calmWalk(walk, async () => answer(401));
    expect(steps).to.deep.equal([]);
  });

  it('a request that may be made again is, until it is served', async () => {
    const answers = [503, 503, 400, 200];
    expect(await askUntilServed(async () => answer(answers.shift() ?? 0))).to.include({ status: 400 });
  });

  it('what is spoilt is tried again, not for ever, and what came of the last time is answered', async () => {
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      return tries;
    };
    expect(await untilCalm(attempt, (result) => result < 2)).to.equal(2);
    expect(await untilCalm(attempt, () => true, 3)).to.equal(5);
  });
});
