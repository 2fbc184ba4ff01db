import { expect } from 'chai';
import { StubServer } from '../../../test/support/stub-server.js';
import { DeliveryFailedError } from '../../errors/gatehouse-error.js';
import { Backend } from '../../lib/backend.js';
import { BREAKER } from '../../lib/backend-policy.js';
import { isSendGridOutage, SendGridSender } from './sendgrid-sender.js';

const MESSAGE = {
  to: 'ada@example.com',
  channel: 'email',
  purpose: 'password_reset',
  orgId: 'org_1',
  subject: 'Your password reset code for Acme',
  text: '123456 is your Acme code',
  html: '<p><strong>123456</strong> is your Acme code</p>',
  code: '123456',
} as const;

describe('SendGridSender', () => {
  const sendgrid = new StubServer();
  let origin = '';
  before(async () => {
    await sendgrid.start();
    origin = `http://${sendgrid.host}`;
  });
  after(() => sendgrid.stop());
  beforeEach(() => {
    sendgrid.requests.length = 0;
    sendgrid.answer = { status: 202, json: '' };
  });

  const sender = (timeoutMs = 4_000) =>
    new SendGridSender(
      { apiKey: 'SG.key', from: 'codes@gatehouse.example', origin },
      new Backend('sendgrid', { timeoutMs, isOutage: isSendGridOutage }),
    );

  it('posts the message as SendGrid documents it, with text, HTML and no tracking', async () => {
    await sender().send(MESSAGE);
    const [request] = sendgrid.requests;
    expect(request?.method).to.equal('POST');
    expect(request?.url.pathname).to.equal('/v3/mail/send');
    expect(request?.headers['authorization']).to.equal('Bearer SG.key');
    // https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
    expect(request?.body).to.deep.equal({
      from: { email: 'codes@gatehouse.example' },
      subject: MESSAGE.subject,
      personalizations: [{ to: [{ email: MESSAGE.to }] }],
      content: [
        { type: 'text/plain', value: MESSAGE.text },
        { type: 'text/html', value: MESSAGE.html },
      ],
      categories: ['password_reset'],
      tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } },
    });
  });

  for (const status of [400, 401, 413, 429, 500]) {
    it(`fails after one try when SendGrid answers ${status}`, async () => {
      sendgrid.answer = { status, json: { errors: [{ message: `about ${MESSAGE.to}`, field: null }] } };
      const error = await sender()
        .send(MESSAGE)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DeliveryFailedError);
      expect((error as Error).message).not.to.contain(MESSAGE.to);
      expect(sendgrid.requests).to.have.length(1);
    });
  }

  it('fails when SendGrid does not answer in time, or breaks the connection', async () => {
    for (const answer of ['hang', 'drop'] as const) {
      sendgrid.answer = answer;
      const error = await sender(200)
        .send(MESSAGE)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DeliveryFailedError);
    }
  });

  const sendings = async (count: number, one = sender()) => {
    for (let sent = 0; sent < count; sent += 1) {
      const error = await one.send(MESSAGE).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DeliveryFailedError);
    }
    return sendgrid.requests.length;
  };

  for (const status of [400, 404, 413])
    it(`goes on after ${status}, which is of one message`, async () => {
      sendgrid.answer = { status, json: { errors: [] } };
      expect(await sendings(30)).to.equal(30);
    });

  for (const status of [401, 403, 429, 500, 503])
    it(`asks no more for a while when ${status} is all that it hears`, async () => {
      sendgrid.answer = { status, json: { errors: [] } };
      expect(await sendings(30)).to.equal(BREAKER.minCalls);
    });
});
