import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BackendRecorder, RecordedBackgroundWork } from './support/backend-recorder.js';

/** The budgets stand on this instrument, so it is tried on work whose shape is known. */
describe('the recorder of backend calls', () => {
  const recorder = new BackendRecorder();
  recorder.delayMs = 60;
  const call = (operation: string, cost = {}, ms = 0) =>
    recorder.observe({ backend: 'store', operation, cost }, () => sleep(ms));

  it('takes parallel calls as one hop', async () => {
    const { recording } = await recorder.record(() => Promise.all([call('a'), call('b', {}, 10), call('c')]));
    expect(recording.hops).to.equal(1);
    expect(recording.calls).to.have.members(['store.a', 'store.b', 'store.c']);
  });

  it('takes calls in a row as one hop each', async () => {
    const { recording } = await recorder.record(async () => {
      await call('a');
      await call('b');
    });
    expect(recording).to.deep.include({ hops: 2, calls: ['store.a', 'store.b'] });
  });

  it('counts the longest chain, not the number of calls', async () => {
    const chain = async () => {
      await call('a');
      await call('b');
    };
    const { recording } = await recorder.record(async () => {
      await Promise.all([chain(), chain(), call('c')]);
      await call('d');
    });
    expect(recording.hops).to.equal(3);
    expect(recording.calls).to.have.length(6);
  });

  it('adds up documents, and counts a call that fails', async () => {
    const { recording } = await recorder.record(async () => {
      await Promise.all([call('a', { reads: 2 }), call('b', { writes: 3, deletes: 1 })]);
      await recorder
        .observe({ backend: 'store', operation: 'c', cost: { reads: 1 } }, () => Promise.reject(new Error('down')))
        .catch(() => {});
    });
    expect(recording).to.deep.include({ hops: 2, reads: 3, writes: 3, deletes: 1 });
  });

  it('counts work behind the answer apart, however long it takes', async () => {
    const background = new RecordedBackgroundWork(recorder);
    const { recording } = await recorder.record(async () => {
      await call('a', { reads: 1 });
      background.start(async () => {
        await call('b', { writes: 1 }, 20);
        background.start(() => call('c', { writes: 1 }));
      });
    });
    await background.idle();
    expect(recording).to.deep.include({ hops: 1, reads: 1, writes: 0, calls: ['store.a'] });
    expect(recording.behind).to.deep.include({ hops: 1, reads: 0, writes: 2, calls: ['store.b', 'store.c'] });
  });

  it('keeps two recordings at once apart', async () => {
    const one = (name: string) => recorder.record(() => call(name, { reads: 1 }));
    const [first, second] = await Promise.all([one('a'), one('b')]);
    expect(first.recording).to.deep.include({ hops: 1, reads: 1, calls: ['store.a'] });
    expect(second.recording).to.deep.include({ hops: 1, reads: 1, calls: ['store.b'] });
  });

  it('counts nothing outside of a recording', async () => {
    const { recording } = await recorder.record(async () => {});
    await call('a', { reads: 1 });
    expect(recording).to.deep.include({ hops: 0, reads: 0, calls: [] });
  });
});
