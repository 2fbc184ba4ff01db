import { expect } from 'chai';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { isDown } from './message-sender.js';

describe('What a provider answers', () => {
  it('means that it is down when that says nothing about this message alone', () => {
    const down = Object.entries(HANDOVERS).filter(([, handover]) => isDown(handover));
    expect(down.map(([name]) => name)).to.have.members([
      'notTaken',
      'notTried',
      'keyRotated',
      'serverError',
      'timedOut',
    ]);
  });
});
