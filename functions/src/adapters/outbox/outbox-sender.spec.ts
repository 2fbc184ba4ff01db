import { expect } from 'chai';
import { StubServer } from '../../../test/support/stub-server.js';
import { expectCode } from '../../../test/support/unit-fixtures.js';
import type { RenderedMessage } from '../../delivery/message.js';
import { Backend } from '../../lib/backend.js';
import { OutboxSender } from './outbox-sender.js';

const MESSAGE: RenderedMessage = {
  to: 'ada@example.com',
  channel: 'email',
  purpose: 'login',
  orgId: 'org_a',
  subject: 'Your login code for Acme',
  text: '012345 is your Acme code to log in.',
  html: '<p><strong>012345</strong> …</p>',
  code: '012345',
};

describe('OutboxSender', () => {
  let outbox: StubServer;
  let sender: OutboxSender;
  beforeEach(async () => {
    outbox = new StubServer();
    await outbox.start();
    sender = new OutboxSender(`http://${outbox.host}/messages`, new Backend('outbox', { timeoutMs: 150 }));
  });
  afterEach(() => outbox.stop());

  it('posts a message as design.md has it', async () => {
    outbox.answer = { status: 201, json: {} };
    await sender.send(MESSAGE);
    const { method, url, headers, body } = outbox.taken();
    expect([method, url.pathname, headers['content-type']]).to.deep.equal(['POST', '/messages', 'application/json']);
    expect(body).to.deep.equal({ ...MESSAGE, link: null });
  });

  it('fails when the outbox does, and says nothing of the message', async () => {
    const bad = [{ status: 400, json: {} }, { status: 500, text: '<html>' }, 'hang', 'drop', 'half'] as const;
    for (const answer of bad) {
      outbox.answer = answer;
      const error = await expectCode(sender.send(MESSAGE), 'delivery_failed');
      for (const secret of [MESSAGE.to, MESSAGE.code])
        expect(`${error.message} ${String(error.cause)}`).not.to.include(secret);
    }
  });

  it('fails when nobody listens', async () => {
    await outbox.stop();
    await expectCode(sender.send(MESSAGE), 'delivery_failed');
  });
});
