import { expect } from 'chai';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { givenUp, isDown } from './message-sender.js';

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

  it('is final once the message is given up, with the provider’s error kept', () => {
    for (const handover of [HANDOVERS.notTaken, HANDOVERS.notTried]) {
      const { error } = handover;
      expect(givenUp(handover)).to.deep.equal({ provider: 'twilio', outcome: 'refused', because: 'account', error });
    }
    for (const name of ['accepted', 'badNumber', 'regionOff', 'serverError', 'timedOut'] as const)
      expect(givenUp(HANDOVERS[name])).to.equal(HANDOVERS[name]);
  });
});
