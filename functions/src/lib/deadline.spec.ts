import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { rejection } from '../../test/support/unit-fixtures.js';
import { bounded, DeadlineExceededError, requestIsOver, Shutdown, underDeadline, withDeadline } from './deadline.js';

const never = () => new Promise<never>(() => {});

describe('bounded', () => {
  it('answers what the work answers, and throws what it throws', async () => {
    expect(await bounded('work', 1_000, async () => 42)).to.equal(42);
    const failure = new Error('broken');
    expect(await rejection(bounded('work', 1_000, () => Promise.reject(failure)))).to.equal(failure);
  });

  it('ends work that takes too long, tells it by the signal, and says which it was', async () => {
    let seen: AbortSignal | undefined;
    const error = await rejection(
      bounded('firestore users.find', 10, (signal) => {
        seen = signal;
        return never();
      }),
    );
    expect(error)
      .to.be.instanceOf(DeadlineExceededError)
      .and.include({ operation: 'firestore users.find', whose: 'call' });
    expect(seen?.aborted).to.equal(true);
  });

  it('does not signal work that ended in time', async () => {
    let seen: AbortSignal | undefined;
    await bounded('work', 5, async (signal) => {
      seen = signal;
    });
    await sleep(20);
    expect(seen?.aborted).to.equal(false);
  });

  it('ignores what work left behind does later', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    let fail = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      fail = () => reject(new Error('late'));
    });
    expect(await rejection(bounded('work', 5, () => late))).to.be.instanceOf(DeadlineExceededError);
    fail();
    await sleep(5);
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });
});

describe('underDeadline', () => {
  it('ends bounded work when the request ends, though it had time left', async () => {
    const request = new AbortController();
    const working = underDeadline(request.signal, () => bounded('work', 1_000, never));
    request.abort();
    expect(await rejection(working))
      .to.be.instanceOf(DeadlineExceededError)
      .and.have.property('whose', 'request');
  });

  it('starts no work once the request has ended', async () => {
    let started = false;
    const start = async () => {
      started = true;
    };
    const error = await rejection(underDeadline(AbortSignal.abort(), () => bounded('work', 1_000, start)));
    expect(error).to.be.instanceOf(DeadlineExceededError).and.have.property('whose', 'request');
    expect(started).to.equal(false);
  });

  it('is of its own request alone', async () => {
    const ended = underDeadline(AbortSignal.abort(), () => rejection(bounded('one', 1_000, async () => 1)));
    const live = underDeadline(new AbortController().signal, () => bounded('two', 1_000, async () => 2));
    expect(await ended).to.be.instanceOf(DeadlineExceededError);
    expect(await live).to.equal(2);
    expect(await bounded('outside', 1_000, async () => 3)).to.equal(3);
  });

  it('tells work whether its request is over', () => {
    const request = new AbortController();
    underDeadline(request.signal, () => {
      expect(requestIsOver()).to.equal(false);
      request.abort();
      expect(requestIsOver()).to.equal(true);
    });
    expect(requestIsOver()).to.equal(false);
  });

  it('leaves no listener on the request behind', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await underDeadline(signal, () => Promise.all([1, 2, 3].map((n) => bounded('work', 1_000, async () => n))));
    await sleep(1);
    expect(listeners).to.equal(0);
  });
});

describe('withDeadline', () => {
  const forever = () => withDeadline(1_000_000, never, ending);
  let ending: Shutdown;
  beforeEach(() => {
    ending = new Shutdown();
  });

  it('answers what the work answers, and throws what it throws', async () => {
    expect(await withDeadline(1_000, async () => 42)).to.equal(42);
    const failure = new Error('broken');
    expect(await rejection(withDeadline(1_000, () => Promise.reject(failure)))).to.equal(failure);
  });

  it('ends work that takes too long, and whatever bounded work is in it', async () => {
    let inner: unknown;
    const work = async () => {
      inner = await rejection(bounded('inner', 1_000_000, never));
      return 'late';
    };
    const error = await rejection(withDeadline(10, work));
    expect(error).to.be.instanceOf(DeadlineExceededError).and.include({ operation: 'request', whose: 'request' });
    await sleep(0);
    expect(inner).to.be.instanceOf(DeadlineExceededError).and.include({ operation: 'inner', whose: 'request' });
  });

  it('has room for many calls at once, of which nobody is warned', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const calls = () => Promise.all(Array.from({ length: 50 }, () => bounded('work', 60_000, () => sleep(1))));
    await withDeadline(60_000, calls, ending);
    await sleep(0);
    process.off('warning', onWarning);
    expect(warnings).to.deep.equal([]);
  });

  it('ends with the process’s last moment, whether begun before or after it was announced', async () => {
    const before = forever();
    ending.begin(20);
    const after = forever();
    for (const work of [before, after]) expect(await rejection(work)).to.be.instanceOf(DeadlineExceededError);
  });

  it('begins nothing after that moment', async () => {
    ending.begin(0);
    await sleep(5);
    expect(await rejection(forever())).to.be.instanceOf(DeadlineExceededError);
    let begun = false;
    const start = async () => {
      begun = true;
    };
    const error = await rejection(withDeadline(1_000, () => bounded('work', 1_000, start), ending));
    expect(error).to.be.instanceOf(DeadlineExceededError);
    expect(begun).to.equal(false);
  });

  it('lets work end as it would when it ends before', async () => {
    ending.begin(60_000);
    expect(ending.begun).to.equal(true);
    expect(await withDeadline(60_000, () => sleep(5, 'done'), ending)).to.equal('done');
  });

  it('of its own is not lengthened by it', async () => {
    ending.begin(1_000_000);
    expect(await rejection(withDeadline(5, never, ending))).to.be.instanceOf(DeadlineExceededError);
  });
});
