import { expect } from 'chai';
import { rejection } from '../../test/support/unit-fixtures.js';
import { Backend, type BackendCall, type BackendObserver } from './backend.js';
import { DeadlineExceededError } from './deadline.js';

describe('Backend', () => {
  it('runs a call', async () => {
    expect(await new Backend('store', 1_000).call('find', { reads: 1 }, async () => 'found')).to.equal('found');
  });

  it('gives no call more than its time', async () => {
    const error = await rejection(new Backend('store', 10).call('find', {}, () => new Promise(() => {})));
    expect(error).to.be.instanceOf(DeadlineExceededError).and.have.property('operation', 'store find');
  });

  it('shows each call to its observer, which may delay and fail it within the same deadline', async () => {
    const calls: BackendCall[] = [];
    const observe: BackendObserver = (call, proceed) => {
      calls.push(call);
      if (call.operation === 'stall') return new Promise(() => {});
      if (call.operation === 'fail') return Promise.reject(new Error('injected'));
      return proceed();
    };
    const backend = new Backend('store', 20, observe);
    expect(await backend.call('find', { reads: 2 }, async () => 1)).to.equal(1);
    expect(calls).to.deep.equal([{ backend: 'store', operation: 'find', cost: { reads: 2 } }]);
    expect(await rejection(backend.call('fail', {}, async () => 1))).to.have.property('message', 'injected');
    expect(await rejection(backend.call('stall', {}, async () => 1))).to.be.instanceOf(DeadlineExceededError);
  });
});
