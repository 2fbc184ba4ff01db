import { expect } from 'chai';
import { ADA, MARKS, namesOf, network, reachCeiling, setUpGuard } from '../../test/support/guarded-account.js';
import { failAtOnce } from '../../test/support/late-calls.js';
import { fulfilled, times } from '../../test/support/spy-limit-store.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { LockedOutError, RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import { MINUTE_MS } from '../lib/clock.js';
import { REFUSAL_MEMORY_MS } from '../limits/limit-policy.js';
import { orgPool } from '../orgs/org-record.js';
import type { PasswordGuard } from './password-guard.js';

describe('PasswordGuard: counting', () => {
  /** @see CVE-2023-47111 parallel checks passed a lockout by */
  it('of 200 parallel guesses answers ten, on one instance or on ten', async () => {
    for (const instances of [1, 10]) {
      const { clock, attempt, guards } = setUpGuard(instances);
      const guesses = times(200, (index) => attempt({ on: guards[index % instances] as PasswordGuard }));
      expect(await fulfilled(guesses)).to.equal(10);
      // Another instance than the last one's may know of the full window before it knows of the pause.
      clock.advance(instances === 1 ? 0 : REFUSAL_MEMORY_MS);
      const { retryAfterSeconds } = await expectCode(attempt({ right: true }), 'locked_out');
      expect(retryAfterSeconds).to.be.within(930, 960);
    }
  });

  it('of 200 parallel tries names the ten minutes of the client, not the day, in whatever order they are answered', async () => {
    const { limits, attempt } = setUpGuard();
    limits.answersAfter = (write) => 1 + ((write * 7_919) % 40);
    const tries = times(200, () => attempt({ right: true }).then(() => 'admitted', namesOf));
    const told = await Promise.all(tries);
    expect(told.filter((one) => one === 'admitted')).to.have.length(10);
    expect(told.filter((one) => one === 'tries10m')).to.have.length(190);
  });

  it('of 500 parallel guesses from as many networks answers a hundred', async () => {
    const { attempt } = setUpGuard();
    expect(await fulfilled(times(500, (index) => attempt({ address: network(index) })))).to.equal(100);
    await expectCode(attempt({ right: true }), 'locked_out');
  });

  it('of 200 parallel guesses does not keep the owner out', async () => {
    const { attempt } = setUpGuard();
    await fulfilled(times(200, () => attempt({ address: '203.0.113.9' })));
    expect(await attempt({ right: true })).to.equal(true);
  });

  it('keeps the try of a wrong password, and gives back all of what could not be checked', async () => {
    const { guard, limits, org, attempt } = setUpGuard();
    await attempt();
    const guarded = guard.account(org, ADA, { address: null, agent: null });
    const outage = guard.checking(guarded, MARKS, () => Promise.reject(new UnavailableError()));
    expect(await rejection(outage)).to.be.instanceOf(UnavailableError);
    const left = new Map<string, number>();
    for (const { changes } of limits.written)
      for (const change of changes)
        if ('add' in change) left.set(change.field, (left.get(change.field) ?? 0) + change.add);
    const named = [...left].map(([field, count]) => [field.replace(/_\d+$/, '').replace(/c[0-9a-f]{16}/, 'c'), count]);
    expect(named.filter(([, count]) => count !== 0).sort()).to.deep.equal([
      ['clients.c.failures', 1],
      ['clients.c.tries10m', 1],
      ['failures', 1],
      ['tries1d', 1],
    ]);
  });

  it('notes marks of the account in the same write, and answers what they came to', async () => {
    const { guard, limits, org, attempt } = setUpGuard();
    await attempt({ right: true });
    const guarded = guard.account(org, ADA, { address: null, agent: null });
    const marks = [
      { field: 'codes.email', atLeast: 1 },
      { field: 'codes.phone', atLeast: 7 },
    ];
    const { tried } = await guard.checking(guarded, marks, async () => true);
    expect(tried.noted).to.deep.equal([MARKS[0].atLeast, 7]);
    expect(limits.written).to.have.length(2);
  });

  it('refuses when it cannot count', async () => {
    const { limits, attempt } = setUpGuard();
    limits.failure = new UnavailableError();
    expect(await rejection(attempt({ right: true }))).to.be.instanceOf(UnavailableError);
  });

  for (const error of [new UnavailableError(), new RequestInProgressError()])
    describe(`when giving a try back fails (${error.code}), answers as if it had not`, () => {
      let guarded: ReturnType<typeof setUpGuard>;
      /** Has nothing of the first in its memory. */
      let other: PasswordGuard | undefined;
      beforeEach(() => {
        guarded = setUpGuard(2);
        [, other] = guarded.guards;
        guarded.limits.returnFailure = error;
      });
      const right = () => guarded.attempt({ right: true, ...(other === undefined ? {} : { on: other }) });

      it('who is paused', async () => {
        await guarded.fails(5);
        await expectCode(right(), 'locked_out');
      });

      it('who has no tries left', async () => {
        for (const _ of times(10, String)) await guarded.attempt({ right: true });
        await expectCode(right(), 'rate_limited');
      });

      it('who could not be checked', async () => {
        const { guard, org } = guarded;
        const outage = new UnavailableError();
        const checking = guard.checking(guard.account(org, ADA, { address: null, agent: null }), MARKS, () =>
          Promise.reject(outage),
        );
        expect(await rejection(checking)).to.equal(outage);
      });
    });

  it('refuses a client all the same when what is kept of it can’t be removed', async () => {
    const guarded = setUpGuard();
    await fillDay(guarded);
    failAtOnce(guarded.limits, 'forget', new RequestInProgressError());
    await expectCode(guarded.attempt({ address: network(500) }), 'rate_limited');
  });

  it('costs one write for a right password, three at most for a wrong one, none for a flood', async () => {
    const { limits, attempt, fails } = setUpGuard();
    const cost = async (work: () => Promise<unknown>) => {
      const before = limits.written.length + limits.forgotten.length;
      await work().catch((error: unknown) => expect(error).to.be.instanceOf(LockedOutError));
      return limits.written.length + limits.forgotten.length - before;
    };
    expect(await cost(() => attempt({ right: true }))).to.equal(1);
    expect(await cost(() => attempt())).to.equal(2);
    await fails(3);
    expect(await cost(() => attempt()), 'the fifth').to.equal(3);
    await cost(() => attempt());
    for (const _ of times(1_000, String)) expect(await cost(() => attempt({ right: true }))).to.equal(0);
  });

  it('keeps no contact and no address in what it writes', async () => {
    const { limits, fails } = setUpGuard();
    await fails(5, { address: '198.51.100.77' });
    expect(JSON.stringify(limits.written)).not.to.match(/@|example|198\.51\.100/);
    for (const { key } of limits.written) expect(key).to.equal(limits.written[0]?.key);
  });

  /** Right ones count as tries and end the failures. */
  async function fillDay({ attempt }: ReturnType<typeof setUpGuard>): Promise<void> {
    for (const index of times(100, (one) => one)) await attempt({ right: true, address: network(index % 25) });
  }

  for (const [state, fill, name] of [
    ['full', fillDay, 'tries1d'],
    ['locked', reachCeiling, 'password_failures'],
  ] as const)
    it(`keeps nothing of clients that come when the account is ${state}: a document has an end`, async () => {
      const guarded = setUpGuard();
      const { clock, limits, attempt } = guarded;
      await fill(guarded);
      await rejection(attempt());
      const ofClients = () => [...limits.fields].filter((field) => field.includes('/clients.')).length;
      const before = ofClients();
      for (const index of times(200, (one) => 1_000 + one)) {
        clock.advance(REFUSAL_MEMORY_MS);
        expect(namesOf(await rejection(attempt({ address: network(index) })))).to.equal(name);
        // A client that is known asks again and again, in one window after another.
        expect(namesOf(await rejection(attempt({ address: network(index % 25) })))).to.equal(name);
      }
      expect(ofClients()).to.equal(before);
    });

  it('leaves no client with tries to spare after a burst that was refused', async () => {
    const guarded = setUpGuard();
    const { guard, org, attempt, limits } = guarded;
    limits.answersAfter = (write) => 1 + ((write * 7_919) % 20);
    await fillDay(guarded);
    const address = network(500);
    expect(await fulfilled(times(50, () => attempt({ address })))).to.equal(0);
    await guard.unlock(orgPool(org), ADA);
    expect(await fulfilled(times(50, () => attempt({ address })))).to.equal(10);
  });

  it('pauses each client by itself', async () => {
    const { clock, attempt, fails } = setUpGuard();
    await fails(5);
    clock.advance(MINUTE_MS);
    await fails(5, { address: network(1) });
    expect(await attempt({ right: true })).to.equal(true);
    await expectCode(attempt({ address: network(1) }), 'locked_out');
  });
});
