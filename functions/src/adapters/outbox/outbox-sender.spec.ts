import { expect } from 'chai';
import { aMail } from '../../../test/support/rendered-message.js';
import { StubServer } from '../../../test/support/stub-server.js';
import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import { Backend } from '../../lib/backend.js';
import { OutboxSender } from './outbox-sender.js';

const MAIL = aMail();
const provider = 'outbox';

describe('OutboxSender', () => {
  let outbox: StubServer;
  beforeEach(async () => {
    outbox = new StubServer();
    await outbox.start();
    outbox.answer = { status: 201, json: { id: '17' } };
  });
  afterEach(() => outbox.stop());

  const send = (timeoutMs = 20_000) =>
    new OutboxSender(`http://${outbox.host}/messages`, new Backend('outbox', { timeoutMs })).send(MAIL);

  it('posts a message as design.md has it', async () => {
    expect(await send()).to.deep.equal({ provider, outcome: 'accepted', providerId: '17' });
    const { method, url, headers, body } = outbox.taken();
    expect([method, url.pathname, headers['content-type']]).to.deep.equal(['POST', '/messages', 'application/json']);
    const { id: _, ...rest } = MAIL;
    expect(body).to.deep.equal({ ...rest, link: null });
  });

  const ANSWERS = [
    [
      { status: 400, json: {} },
      { outcome: 'refused', because: 'message', error: 'http_400' },
    ],
    [
      { status: 500, text: '<html>' },
      { outcome: 'unknown', error: 'http_500', answered: true },
    ],
    [
      { status: 201, text: '<html>' },
      { outcome: 'unknown', error: 'no_answer', answered: false },
    ],
    ['hang', { outcome: 'unknown', error: 'no_answer', answered: false }],
    ['drop', { outcome: 'unknown', error: 'UND_ERR_SOCKET', answered: false }],
    ['half', { outcome: 'unknown', error: 'UND_ERR_SOCKET', answered: false }],
  ] as const;
  for (const [answer, handover] of ANSWERS)
    it(`says what became of a message with ${JSON.stringify(answer)}`, async () => {
      outbox.answer = answer;
      expect(await send(answer === 'hang' ? 150 : undefined)).to.deep.equal({ provider, ...handover });
    });

  it('is not taken when nobody listens', async () => {
    await outbox.stop();
    const retryAfterMs = RETRY_AFTER_MS.min;
    expect(await send()).to.deep.equal({
      provider,
      outcome: 'not_taken',
      error: 'ECONNREFUSED',
      retryAfterMs,
    });
  });
});
