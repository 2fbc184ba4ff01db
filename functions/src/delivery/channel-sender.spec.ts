import { expect } from 'chai';
import { aMail, aMessage } from '../../test/support/rendered-message.js';
import { ChannelSender } from './channel-sender.js';
import type { RenderedMessage } from './message.js';
import type { MessageSender } from './message-sender.js';

describe('ChannelSender', () => {
  const taken: RenderedMessage[] = [];
  beforeEach(() => taken.splice(0));
  const named = (provider: string): MessageSender => ({
    send: async (message) => {
      taken.push(message);
      return { provider, outcome: 'accepted', providerId: null };
    },
  });

  it('gives each message to the provider of its channel, as it is', async () => {
    const sender = new ChannelSender({ sms: named('a'), email: named('b') });
    const [message, mail] = [aMessage(), aMail()];
    expect((await sender.send(message)).provider).to.equal('a');
    expect((await sender.send(mail)).provider).to.equal('b');
    expect(taken).to.deep.equal([message, mail]);
  });

  it('takes no messages of a channel without a provider, on our own account', async () => {
    const refusal = { provider: 'none', outcome: 'refused', because: 'account', error: 'not_configured' };
    expect(await new ChannelSender({ sms: null, email: named('b') }).send(aMessage())).to.deep.equal(refusal);
    expect(await new ChannelSender({ sms: named('a'), email: null }).send(aMail())).to.deep.equal(refusal);
    expect(taken).to.deep.equal([]);
  });
});
