import { mock } from 'node:test';
import { expect } from 'chai';
import { NEVER_OPENS } from '../../test/support/breakers.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { Backend, type BackendCall, type BackendObserver, type BackendOptions } from './backend.js';
import { DeadlineExceededError, underDeadline } from './deadline.js';

class Down extends Error {}
class Refused extends Error {}

const never = () => new Promise<never>(() => {});
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Backend', () => {
  it('runs a call', async () => {
    const backend = new Backend('store', { timeoutMs: 1_000 });
    expect(await backend.call('find', { reads: 1 }, async () => 'found')).to.equal('found');
  });

  it('gives no call more than its time', async () => {
    const error = await rejection(new Backend('store', { timeoutMs: 10 }).call('find', {}, never));
    expect(error).to.be.instanceOf(DeadlineExceededError).and.have.property('operation', 'store find');
  });

  it('shows each call to its observer, which may delay and fail it within the same deadline', async () => {
    const calls: BackendCall[] = [];
    const observer: BackendObserver = (call, proceed) => {
      calls.push(call);
      if (call.operation === 'stall') return never();
      if (call.operation === 'fail') return Promise.reject(new Error('injected'));
      return proceed();
    };
    const backend = new Backend('store', { timeoutMs: 20, observer });
    expect(await backend.call('find', { reads: 2 }, async () => 1)).to.equal(1);
    expect(calls).to.deep.equal([{ backend: 'store', operation: 'find', cost: { reads: 2 } }]);
    expect(await rejection(backend.call('fail', {}, async () => 1))).to.have.property('message', 'injected');
    expect(await rejection(backend.call('stall', {}, async () => 1))).to.be.instanceOf(DeadlineExceededError);
  });
});

describe('Backend, repeating a call', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  /** A backend whose attempts end as listed, the last one from then on; and when each of them was made. */
  function failing(outcomes: readonly (() => Promise<string>)[], options: Partial<BackendOptions> = {}) {
    const madeAt: number[] = [];
    const seen: string[] = [];
    const observer: BackendObserver = (call, proceed) => {
      seen.push(call.operation);
      return proceed();
    };
    const backend = new Backend('store', { timeoutMs: 2_000, observer, breaker: NEVER_OPENS, ...options });
    const run = () => {
      const outcome = outcomes[Math.min(madeAt.length, outcomes.length - 1)] as () => Promise<string>;
      madeAt.push(Date.now());
      return outcome();
    };
    const find = (times = 2) => backend.call('find', {}, run, { when: (error) => error instanceof Down, times });
    return { backend, madeAt, seen, run, find };
  }

  /** Lets a call come to its end, a millisecond at a time. */
  async function end<T>(call: Promise<T>): Promise<PromiseSettledResult<T>> {
    let result: PromiseSettledResult<T> | undefined;
    void Promise.allSettled([call]).then(([only]) => {
      result = only;
    });
    for (let ms = 0; result === undefined && ms < 5_000; ms += 1) {
      await settled();
      if (result === undefined) mock.timers.tick(1);
    }
    if (result === undefined) throw new Error('the call never ends');
    return result;
  }

  const down = () => Promise.reject(new Down());
  const refuse = () => Promise.reject(new Refused());
  const answer = async () => 'found';

  it('makes it again, each attempt seen, until there is an answer', async () => {
    const { find, seen } = failing([down, down, answer]);
    expect(await end(find())).to.deep.include({ value: 'found' });
    expect(seen).to.deep.equal(['find', 'find', 'find']);
  });

  it('makes it no more often than is said, and throws what the last attempt threw', async () => {
    for (const times of [1, 2, 3]) {
      const { find, madeAt } = failing([down]);
      expect(await end(find(times)))
        .to.have.property('reason')
        .instanceOf(Down);
      expect(madeAt).to.have.length(times + 1);
    }
  });

  it('never makes a call again that does not say so, nor after an error of another kind', async () => {
    const { backend, run, find, madeAt } = failing([down, refuse]);
    expect(await end(backend.call('find', {}, run)))
      .to.have.property('reason')
      .instanceOf(Down);
    expect(await end(find()))
      .to.have.property('reason')
      .instanceOf(Refused);
    expect(madeAt).to.have.length(2);
  });

  it('waits 20 to 200 ms, longer each time, and never twice the same', async () => {
    const waits: number[][] = [[], [], []];
    for (let round = 0; round < 60; round += 1) {
      const { find, madeAt } = failing([down]);
      await end(find(3));
      for (const [index, list] of waits.entries()) list.push(Number(madeAt[index + 1]) - Number(madeAt[index]));
    }
    for (const [index, [least, most]] of [
      [20, 40],
      [40, 80],
      [80, 160],
    ].entries()) {
      for (const wait of waits[index] ?? []) expect(wait).to.be.within(Number(least), Number(most));
      expect(new Set(waits[index]).size, 'different waits').to.be.greaterThan(5);
    }
  });

  it('keeps to the time of the whole call, and begins no attempt for which there is none', async () => {
    const slow = () => new Promise<string>((_resolve, reject) => setTimeout(() => reject(new Down()), 900));
    const { find, madeAt } = failing([slow]);
    const startedAt = Date.now();
    await end(find(3));
    expect(madeAt).to.have.length(2);
    expect(Date.now() - startedAt).to.be.at.most(2_000);
    const stalling = failing([down, never]);
    const secondAt = Date.now();
    expect(await end(stalling.find(3)))
      .to.have.property('reason')
      .instanceOf(DeadlineExceededError);
    expect(Date.now() - secondAt).to.equal(2_000);
  });

  it('ends each attempt in its own time, where the call has room for two', async () => {
    const { backend, run, madeAt } = failing([never, answer], { timeoutMs: 400, attemptMs: 100 });
    const repetition = { when: (error: unknown) => error instanceof DeadlineExceededError, times: 1 };
    expect(await end(backend.call('sign', {}, run, repetition))).to.deep.include({ value: 'found' });
    expect(Number(madeAt[1]) - Number(madeAt[0])).to.be.within(120, 140);
  });

  it('makes no attempt once the request is over', async () => {
    const request = new AbortController();
    const { find, madeAt } = failing([down]);
    const call = underDeadline(request.signal, () => find(3));
    await settled();
    request.abort();
    expect(await end(call))
      .to.have.property('reason')
      .instanceOf(DeadlineExceededError);
    expect(madeAt).to.have.length(1);
  });

  it('pays for no repetition of a call whose request is over', async () => {
    const { backend, find, madeAt } = failing([down]);
    for (let call = 0; call < 15; call += 1) {
      const request = new AbortController();
      const always = { when: () => true, times: 1 };
      const sign = underDeadline(request.signal, () => backend.call('sign', {}, never, always));
      request.abort();
      await end(sign);
    }
    await end(find(3));
    expect(madeAt).to.have.length(4);
  });

  it('is repeated once in ten calls, and ten times more at first', async () => {
    const { backend, run, find, madeAt } = failing([down]);
    for (let call = 0; call < 5; call += 1) await end(find());
    expect(madeAt, 'five calls, and all that was saved').to.have.length(5 + 10);
    for (let call = 0; call < 5; call += 1) await end(backend.call('find', {}, run));
    await end(find());
    // The first call of all found the savings full and paid nothing in.
    expect(madeAt, 'the tenth call that pays in pays for one').to.have.length(15 + 5 + 1 + 1);
    for (let call = 0; call < 200; call += 1) await end(find());
    expect(madeAt).to.have.length(22 + 200 + 20);
  });
});
