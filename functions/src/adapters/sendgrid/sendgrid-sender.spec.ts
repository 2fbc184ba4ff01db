import { expect } from 'chai';
import { SENDGRID_FROM, sendGridSenderTo } from '../../../test/support/provider-senders.js';
import { SENDGRID_KEY, SendGridStub } from '../../../test/support/provider-stubs.js';
import { aMail } from '../../../test/support/rendered-message.js';
import type { RenderedMessage } from '../../delivery/message.js';
import { BREAKER } from '../../lib/backend-policy.js';

const provider = 'sendgrid';

describe('SendGridSender', () => {
  const sendgrid = new SendGridStub();
  before(() => sendgrid.start());
  after(() => sendgrid.stop());
  beforeEach(() => sendgrid.reset());

  const send = (message: RenderedMessage = aMail()) => sendGridSenderTo(sendgrid).send(message);

  it('asks as documented: text before HTML, categories, arguments of ours, and no tracking', async () => {
    const mail = aMail();
    await send(mail);
    const { method, url, headers, body } = sendgrid.taken();
    expect([method, url.pathname, url.search]).to.deep.equal(['POST', '/v3/mail/send', '']);
    expect(headers).to.include({ authorization: `Bearer ${SENDGRID_KEY}`, 'content-type': 'application/json' });
    expect(body).to.deep.equal({
      from: { email: SENDGRID_FROM, name: 'Acme' },
      subject: mail.subject,
      personalizations: [{ to: [{ email: mail.to }] }],
      content: [
        { type: 'text/plain', value: mail.text },
        { type: 'text/html', value: mail.html },
      ],
      categories: ['gatehouse', 'login'],
      custom_args: { delivery: mail.id, org: mail.orgId, purpose: 'login' },
      tracking_settings: {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
        subscription_tracking: { enable: false },
      },
    });
  });

  it('sends from the org’s own address where it has one', async () => {
    await send(aMail({ from: { name: 'Acme', email: 'login@acme.example' } }));
    expect(sendgrid.messages[0]?.from).to.deep.equal({ email: 'login@acme.example', name: 'Acme' });
  });

  it('sends nobody’s mail, and one without HTML', async () => {
    const message = aMail({ orgId: null, html: null });
    await send(message);
    const [mail] = sendgrid.messages;
    expect(mail?.customArgs).to.deep.equal({ delivery: message.id, purpose: 'login' });
    expect(mail?.html).to.equal(null);
  });

  it('sends words as they are, whatever the package could take for one of its own', async () => {
    const text = '{{code}} -code- <%body%> "quotes" \\ ü 日本';
    await send(aMail({ text, subject: text, html: `<p>${text}</p>` }));
    const { text: sentText, subject, html } = sendgrid.messages[0] ?? expect.fail();
    expect([sentText, subject, html]).to.deep.equal([text, text, `<p>${text}</p>`]);
  });

  it('answers SendGrid’s name for a mail that it has taken', async () => {
    const handover = await send();
    expect(handover).to.deep.equal({ provider, outcome: 'accepted', providerId: sendgrid.messages[0]?.messageId });
  });

  describe('asks a failing SendGrid', () => {
    const sendings = async (status: number) => {
      sendgrid.faults.set({ mode: 'status', status });
      const one = sendGridSenderTo(sendgrid);
      for (let sent = 0; sent < 30; sent += 1) await one.send(aMail());
      return sendgrid.requests.length;
    };

    for (const status of [400, 404, 413])
      it(`again after ${status}, which is of one mail`, async () => {
        expect(await sendings(status)).to.equal(30);
      });

    for (const status of [429, 500, 503])
      it(`no more for a while when ${status} is all that it hears`, async () => {
        expect(await sendings(status)).to.equal(BREAKER.minCalls);
      });

    for (const status of [401, 403])
      it(`no more for a while after one ${status}, which is of the account`, async () => {
        expect(await sendings(status)).to.equal(1);
      });
  });
});
