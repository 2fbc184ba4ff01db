import { expect } from 'chai';
import { StubServer } from '../../../test/support/stub-server.js';
import { DeliveryFailedError } from '../../errors/gatehouse-error.js';
import { Backend } from '../../lib/backend.js';
import { BREAKER } from '../../lib/backend-policy.js';
import { isTwilioOutage, TwilioSender } from './twilio-sender.js';

const MESSAGE = {
  to: '+12025550143',
  channel: 'sms',
  purpose: 'login',
  orgId: 'org_1',
  subject: null,
  text: '123456 is your Acme code & more',
  html: null,
  code: '123456',
} as const;
const ACCOUNT = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'token' };

describe('TwilioSender', () => {
  const twilio = new StubServer();
  let origin = '';
  before(async () => {
    await twilio.start();
    origin = `http://${twilio.host}`;
  });
  after(() => twilio.stop());
  beforeEach(() => {
    twilio.requests.length = 0;
    // https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
    twilio.answer = { status: 201, json: { sid: `SM${'b'.repeat(32)}`, status: 'queued', error_code: null } };
  });

  const sender = (from: string, timeoutMs = 4_000) =>
    new TwilioSender(
      { ...ACCOUNT, sender: from, origin },
      new Backend('twilio', { timeoutMs, isOutage: isTwilioOutage }),
    );

  it('posts the message as Twilio documents it', async () => {
    await sender('+12025550100').send(MESSAGE);
    const [request] = twilio.requests;
    expect(request).to.include({ method: 'POST' });
    expect(request?.url.pathname).to.equal(`/2010-04-01/Accounts/${ACCOUNT.accountSid}/Messages.json`);
    const basic = Buffer.from(`${ACCOUNT.accountSid}:${ACCOUNT.authToken}`).toString('base64');
    expect(request?.headers['authorization']).to.equal(`Basic ${basic}`);
    expect(request?.headers['content-type']).to.match(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(String(request?.body)))).to.deep.equal({
      To: MESSAGE.to,
      From: '+12025550100',
      Body: MESSAGE.text,
    });
  });

  it('sends through a messaging service when the sender is one', async () => {
    const service = `MG${'c'.repeat(32)}`;
    await sender(service).send(MESSAGE);
    const fields = Object.fromEntries(new URLSearchParams(String(twilio.requests[0]?.body)));
    expect(fields).to.deep.equal({ To: MESSAGE.to, MessagingServiceSid: service, Body: MESSAGE.text });
  });

  const refusals = [
    { status: 400, code: 21211 },
    { status: 401, code: 20003 },
    { status: 429, code: 20429 },
    { status: 500, code: 20500 },
  ];
  for (const { status, code } of refusals) {
    it(`fails after one try when Twilio answers ${status}`, async () => {
      twilio.answer = { status, json: { code, message: `about ${MESSAGE.to}`, more_info: '', status } };
      const error = await sender('+12025550100')
        .send(MESSAGE)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DeliveryFailedError);
      expect((error as Error).message).not.to.contain(MESSAGE.to);
      expect(twilio.requests).to.have.length(1);
    });
  }

  it('fails when Twilio does not answer in time, or breaks the connection', async () => {
    for (const answer of ['hang', 'drop'] as const) {
      twilio.answer = answer;
      const error = await sender('+12025550100', 200)
        .send(MESSAGE)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DeliveryFailedError);
    }
  });

  const sendings = async (count: number, one = sender('+12025550100')) => {
    for (let sent = 0; sent < count; sent += 1) {
      const error = await one.send(MESSAGE).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DeliveryFailedError);
    }
    return twilio.requests.length;
  };

  for (const status of [400, 404, 413])
    it(`goes on after ${status}, which is of one message`, async () => {
      twilio.answer = { status, json: { code: 21211, message: 'bad number', more_info: '', status } };
      expect(await sendings(30)).to.equal(30);
    });

  for (const status of [401, 403, 429, 500, 503])
    it(`asks no more for a while when ${status} is all that it hears`, async () => {
      twilio.answer = { status, json: { code: 21211, message: 'bad number', more_info: '', status } };
      expect(await sendings(30)).to.equal(BREAKER.minCalls);
    });
});
