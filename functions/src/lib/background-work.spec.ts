import { expect } from 'chai';
import { BackgroundWork } from './background-work.js';
import { bounded, requestIsOver, Shutdown, underDeadline, withDeadline } from './deadline.js';

/** Work that ends when it is told to. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('Work behind an answer', () => {
  it('is waited for by whoever asks, with what it begins itself', async () => {
    const background = new BackgroundWork();
    const { open, opened } = gate();
    const done: string[] = [];
    background.start(async () => {
      await opened;
      done.push('first');
      background.start(async () => done.push('second'));
    });
    const idle = background.idle().then(() => done.push('idle'));
    expect(done).to.deep.equal([]);
    open();
    await idle;
    expect(done).to.deep.equal(['first', 'second', 'idle']);
    await background.idle();
  });

  it('is not waited for by whoever begins it', async () => {
    const background = new BackgroundWork();
    const { open, opened } = gate();
    expect(background.start(() => opened)).to.equal(undefined);
    open();
    await background.idle();
  });

  it('keeps what went wrong from everybody but the log, whether it throws or rejects', async () => {
    const errors: unknown[] = [];
    const background = new BackgroundWork((error) => errors.push(error));
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    background.start(() => {
      throw thrown;
    });
    background.start(() => Promise.reject(rejected));
    background.start(async () => 'fine');
    await background.idle();
    expect(errors).to.have.members([thrown, rejected]);
    await new BackgroundWork().idle();
  });

  it('goes on when the request that began it is over, with the deadlines of its own calls alone', async () => {
    const background = new BackgroundWork();
    const { open, opened } = gate();
    const request = new AbortController();
    let outcome = '';
    underDeadline(request.signal, () =>
      background.start(async () => {
        await opened;
        expect(requestIsOver()).to.equal(false);
        outcome = await bounded('late', 60_000, async () => 'written');
      }),
    );
    request.abort();
    open();
    await background.idle();
    expect(outcome).to.equal('written');
  });

  it('is not ended by a request that outlives its time', async () => {
    const background = new BackgroundWork();
    const { open, opened } = gate();
    let isDone = false;
    const request = withDeadline(
      1,
      async () => {
        background.start(async () => {
          await opened;
          isDone = !requestIsOver();
        });
        await new Promise(() => {});
      },
      new Shutdown(),
    );
    await request.catch(() => {});
    open();
    await background.idle();
    expect(isDone).to.equal(true);
  });
});
