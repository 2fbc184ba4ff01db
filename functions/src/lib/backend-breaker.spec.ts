import { mock } from 'node:test';
import { expect } from 'chai';
import { NEVER_OPENS } from '../../test/support/breakers.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { Backend, type BackendOptions, BreakerOpenError } from './backend.js';
import { BREAKER, RETRY_BUDGET } from './backend-policy.js';
import { SECOND_MS } from './clock.js';
import { underDeadline } from './deadline.js';

class Down extends Error {}
class Refused extends Error {}
class Revoked extends Error {}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A backend that is as it is told to be, and how many attempts reached it. `outcome` is its answer or its error. */
class Patient {
  state: 'up' | 'down' | 'refusing' | 'revoked' | 'silent' = 'up';
  attempts = 0;
  readonly backend: Backend;

  constructor(options: Partial<BackendOptions> = {}) {
    const isOutage = (error: unknown) => error instanceof Down || error instanceof Revoked;
    const isFatal = (error: unknown) => error instanceof Revoked;
    this.backend = new Backend('store', { timeoutMs: 2_000, isOutage, isFatal, ...options });
  }

  call(repetitions = 0): Promise<string> {
    const repetition = { when: (error: unknown) => error instanceof Down, times: repetitions };
    return this.backend.call('find', {}, () => this.run(), repetitions === 0 ? undefined : repetition);
  }

  outcome(): Promise<unknown> {
    return this.call().catch((error: unknown) => error);
  }

  private run(): Promise<string> {
    this.attempts += 1;
    if (this.state === 'silent') return new Promise(() => {});
    if (this.state === 'up') return Promise.resolve('found');
    if (this.state === 'revoked') return Promise.reject(new Revoked());
    return Promise.reject(this.state === 'down' ? new Down() : new Refused());
  }
}

describe("Backend's breaker", () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  /** Calls at a rate for a time, whatever comes of them. Answers how many there were until one was not made. */
  async function traffic(patient: Patient, seconds: number, perSecond: number, repetitions = 0): Promise<number> {
    let refusedAt = Number.POSITIVE_INFINITY;
    const count = seconds * perSecond;
    for (let call = 0; call < count; call += 1) {
      void patient.call(repetitions).catch((error: unknown) => {
        if (error instanceof BreakerOpenError) refusedAt = Math.min(refusedAt, call);
      });
      await settled();
      for (let ms = 0; ms < SECOND_MS / perSecond; ms += 10) {
        mock.timers.tick(Math.min(10, SECOND_MS / perSecond));
        if (repetitions > 0) await settled();
      }
    }
    await settled();
    return refusedAt;
  }

  /** Fails as many calls as it takes. */
  async function opened(options: Partial<BackendOptions> = {}): Promise<Patient> {
    const patient = new Patient(options);
    patient.state = 'down';
    for (let call = 0; call < BREAKER.minCalls; call += 1)
      expect(await rejection(patient.call())).to.be.instanceOf(Down);
    expect(await rejection(patient.call())).to.be.instanceOf(BreakerOpenError);
    patient.attempts = 0;
    return patient;
  }

  it('opens within 10 s of an outage, whether the backend fails or is silent, at any rate from one call a second', async () => {
    for (const state of ['down', 'silent'] as const)
      for (const rate of [1, 5, 50]) {
        const patient = new Patient();
        await traffic(patient, 20, rate);
        patient.state = state;
        const refusedAt = await traffic(patient, 12, rate);
        expect(refusedAt / rate, `${state}, ${rate} calls a second`).to.be.below(10);
      }
  });

  it('stays closed over a few failures, and over fewer than half', async () => {
    const quiet = new Patient();
    quiet.state = 'down';
    for (let call = 0; call < 5; call += 1) expect(await quiet.outcome()).to.be.instanceOf(Down);
    quiet.state = 'up';
    for (let call = 0; call < 5; call += 1) expect(await quiet.outcome()).to.equal('found');
    const busy = new Patient();
    for (let call = 0; call < 300; call += 1) {
      busy.state = call % 5 === 0 || call % 5 === 2 ? 'down' : 'up';
      expect(await busy.outcome()).not.to.be.instanceOf(BreakerOpenError);
      mock.timers.tick(50);
    }
  });

  it('refuses at once while it is open, and lets one call pass every 5 s', async () => {
    const patient = await opened();
    patient.state = 'silent';
    for (const probe of [1, 2, 3]) {
      mock.timers.tick(BREAKER.probeEveryMs - 1);
      expect(await patient.outcome()).to.be.instanceOf(BreakerOpenError);
      mock.timers.tick(1);
      const outcomes = Array.from({ length: 50 }, () => patient.outcome());
      const others = await Promise.all(outcomes.slice(1));
      expect(patient.attempts, 'probes').to.equal(probe);
      for (const outcome of others) expect(outcome).to.be.instanceOf(BreakerOpenError);
      mock.timers.tick(2_000);
      expect(await outcomes[0]).to.have.property('name', 'DeadlineExceededError');
    }
  });

  it('closes with a probe that is answered, also by a refusal', async () => {
    for (const state of ['up', 'refusing'] as const) {
      const patient = await opened();
      patient.state = state;
      mock.timers.tick(BREAKER.probeEveryMs);
      await patient.outcome();
      patient.state = 'up';
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => patient.outcome()));
      expect(outcomes.every((outcome) => outcome === 'found')).to.equal(true);
    }
  });

  /** Fault matrix, row 25: a key that was revoked. */
  it('opens with the first error that every other call would get, and probes as ever', async () => {
    const patient = new Patient();
    for (let call = 0; call < 50; call += 1) expect(await patient.outcome()).to.equal('found');
    patient.attempts = 0;
    patient.state = 'revoked';
    expect(await patient.outcome()).to.be.instanceOf(Revoked);
    for (const probe of [1, 2, 3]) {
      expect(await patient.outcome()).to.be.instanceOf(BreakerOpenError);
      mock.timers.tick(BREAKER.probeEveryMs - 1);
      expect(await patient.outcome()).to.be.instanceOf(BreakerOpenError);
      mock.timers.tick(1);
      expect(await patient.outcome()).to.be.instanceOf(Revoked);
      expect(patient.attempts).to.equal(1 + probe);
    }
    patient.state = 'up';
    mock.timers.tick(BREAKER.probeEveryMs);
    expect(await patient.outcome()).to.equal('found');
    // It has forgotten, and an ordinary failure does not open it again.
    patient.state = 'down';
    expect(await patient.outcome()).to.be.instanceOf(Down);
    patient.state = 'up';
    expect(await patient.outcome()).to.equal('found');
  });

  it('opens with such errors of one moment once, and bears none of them in mind', async () => {
    const patient = new Patient();
    patient.state = 'revoked';
    const outcomes = await Promise.all([patient.outcome(), patient.outcome(), patient.outcome()]);
    for (const outcome of outcomes) expect(outcome).to.be.instanceOf(Revoked);
    patient.state = 'up';
    for (let call = 0; call < 3; call += 1) expect(await patient.outcome()).to.be.instanceOf(BreakerOpenError);
    expect(patient.attempts).to.equal(3);
    mock.timers.tick(BREAKER.probeEveryMs);
    expect(await patient.outcome()).to.equal('found');
    patient.state = 'down';
    expect(await patient.outcome()).to.be.instanceOf(Down);
    expect(await patient.outcome()).to.be.instanceOf(Down);
  });

  it('takes an error for fatal only if it is an outage', async () => {
    const patient = new Patient({ isOutage: () => false });
    patient.state = 'revoked';
    for (let call = 0; call < 3; call += 1) expect(await patient.outcome()).to.be.instanceOf(Revoked);
  });

  it('makes a probe once, though the call may be repeated', async () => {
    const patient = await opened();
    mock.timers.tick(BREAKER.probeEveryMs);
    expect(await rejection(patient.call(3))).to.be.instanceOf(Down);
    expect(patient.attempts).to.equal(1);
  });

  it('does not open over refusals, which count as answers', async () => {
    const patient = new Patient();
    patient.state = 'refusing';
    for (let call = 0; call < 100; call += 1) expect(await patient.outcome()).to.be.instanceOf(Refused);
    patient.state = 'down';
    for (let call = 0; call < 90; call += 1) expect(await patient.outcome()).to.be.instanceOf(Down);
  });

  it('counts neither a call cut short by its request, nor one that was never made', async () => {
    const patient = new Patient();
    patient.state = 'silent';
    const request = new AbortController();
    const ten = () => Array.from({ length: 10 }, () => underDeadline(request.signal, () => patient.outcome()));
    const calls = ten();
    request.abort();
    await Promise.all([...calls, ...ten()]);
    expect(patient.attempts).to.equal(10);
    patient.state = 'up';
    expect(await patient.outcome()).to.equal('found');
  });

  it('takes a probe that its request cut short as no sign of recovery', async () => {
    const patient = await opened();
    patient.state = 'silent';
    mock.timers.tick(BREAKER.probeEveryMs);
    const request = new AbortController();
    const probe = underDeadline(request.signal, () => patient.outcome());
    request.abort();
    await probe;
    expect(await patient.outcome()).to.be.instanceOf(BreakerOpenError);
    expect(patient.attempts).to.equal(1);
  });

  it('spends no probe on a request that is over', async () => {
    const patient = await opened();
    patient.state = 'up';
    mock.timers.tick(BREAKER.probeEveryMs);
    await underDeadline(AbortSignal.abort(), () => patient.outcome());
    expect(await patient.outcome()).to.equal('found');
    expect(patient.attempts).to.equal(1);
  });

  it('is of its own backend alone', async () => {
    await opened();
    expect(await new Patient().outcome()).to.equal('found');
  });

  /** */
  it('meets an outage of 60 s with at most 1.1 attempts a request, also where it never opens', async () => {
    for (const [rate, breaker, saved] of [
      [1, BREAKER, 0],
      [10, BREAKER, 0],
      [50, BREAKER, 0],
      [10, NEVER_OPENS, RETRY_BUDGET.saved],
    ] as const) {
      const patient = new Patient({ breaker });
      await traffic(patient, 10, rate);
      patient.state = 'down';
      patient.attempts = 0;
      await traffic(patient, 60, rate, 2);
      const requests = 60 * rate;
      expect(patient.attempts, `${rate} a second`).to.be.at.most(1.1 * requests + saved);
    }
  });
});
