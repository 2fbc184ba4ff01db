import { expect } from 'chai';
import { sendGridSenderTo } from '../../../test/support/provider-senders.js';
import { SENDGRID_KEY, SendGridStub } from '../../../test/support/provider-stubs.js';
import { aMail } from '../../../test/support/rendered-message.js';
import { StubServer } from '../../../test/support/stub-server.js';
import type { WireFault } from '../../../test/support/wire-fault.js';
import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import { SECOND_MS } from '../../lib/clock.js';

const provider = 'sendgrid';
const MAIL = aMail();
const OWN_ADDRESS = { from: { name: 'Acme', email: 'login@acme.example' } };

describe('SendGridSender, on what becomes of a mail', () => {
  const sendgrid = new SendGridStub();
  before(() => sendgrid.start());
  after(() => sendgrid.stop());
  beforeEach(() => sendgrid.reset());

  const other = new StubServer();
  before(() => other.start());
  after(() => other.stop());

  const send = () => sendGridSenderTo(sendgrid).send(MAIL);
  const failing = (fault: Partial<WireFault>) => {
    sendgrid.faults.set({ mode: 'status', ...fault });
    return send();
  };

  const REFUSALS: readonly (readonly [status: number, field: string | undefined, because: string])[] = [
    [400, undefined, 'message'],
    [400, 'content', 'message'],
    [400, 'from.email', 'message'],
    [400, 'personalizations', 'message'],
    [400, 'personalizations.0.to.0.email', 'destination'],
    [400, 'personalizations.0.to', 'destination'],
    [400, 'personalizations.to', 'destination'],
    [401, undefined, 'account'],
    [403, undefined, 'account'],
    [403, 'from', 'account'],
    [404, undefined, 'message'],
    [413, undefined, 'message'],
  ];
  for (const [status, reason, because] of REFUSALS)
    it(`is refused by ${status} about ${reason} on account of the ${because}`, async () => {
      const handover = await failing({ status, ...(reason === undefined ? {} : { reason }) });
      expect(handover).to.deep.equal({ provider, outcome: 'refused', because, error: `http_${status}` });
      expect(sendgrid.requests).to.have.length(1);
    });

  it('is refused on account of one org’s own address, which is no trouble of the others', async () => {
    sendgrid.faults.set({ mode: 'status', status: 403, reason: 'from', times: 1 });
    const one = sendGridSenderTo(sendgrid);
    expect(await one.send(aMail(OWN_ADDRESS))).to.include({ outcome: 'refused', because: 'message' });
    expect((await one.send(MAIL)).outcome).to.equal('accepted');
  });

  const soon = (seconds: number) => String(Math.floor(Date.now() / SECOND_MS) + seconds);
  const WAITS: readonly (readonly [
    what: string,
    headers: () => Record<string, string>,
    least: number,
    most: number,
  ])[] = [
    ['nothing', () => ({}), RETRY_AFTER_MS.min, RETRY_AFTER_MS.min],
    ['Retry-After', () => ({ 'retry-after': '5' }), 5_000, 5_000],
    ['X-RateLimit-Reset', () => ({ 'x-ratelimit-reset': soon(12) }), 5_000, 12_000],
    ['a limit that is over', () => ({ 'x-ratelimit-reset': soon(-60) }), RETRY_AFTER_MS.min, RETRY_AFTER_MS.min],
    ['a limit of an hour', () => ({ 'x-ratelimit-reset': soon(3_600) }), RETRY_AFTER_MS.max, RETRY_AFTER_MS.max],
  ];
  for (const [what, headers, least, most] of WAITS)
    it(`is not taken with 429 and ${what}, asked once and wanted back in time`, async () => {
      const handover = await failing({ status: 429, headers: headers() });
      expect(handover).to.include({ provider, outcome: 'not_taken', error: 'http_429' });
      expect(handover).to.have.property('retryAfterMs').that.is.within(least, most);
      expect(sendgrid.requests).to.have.length(1);
    });

  for (const status of [500, 502, 503])
    it(`may be taken or not with ${status}`, async () => {
      const handover = await failing({ status });
      expect(handover).to.deep.equal({ provider, outcome: 'unknown', error: `http_${status}`, answered: true });
      expect(sendgrid.requests).to.have.length(1);
    });

  it('may be taken or not when something else than SendGrid answers; a redirect is not followed', async () => {
    for (const [status, outcome] of [
      [502, 'unknown'],
      [301, 'unknown'],
      [307, 'unknown'],
      [400, 'refused'],
    ] as const) {
      other.answer = { status, text: '<html>', headers: { location: `${sendgrid.origin}/v3/mail/send` } };
      expect(await sendGridSenderTo(other).send(MAIL)).to.include({ provider, outcome, error: `http_${status}` });
      expect(other.requests.splice(0)).to.have.length(1);
    }
    expect(sendgrid.requests).to.deep.equal([]);
  });

  const LOST: readonly (readonly [fault: WireFault, taken: number])[] = [
    [{ mode: 'drop before' }, 0],
    [{ mode: 'drop after' }, 1],
    [{ mode: 'delay before', delayMs: 60_000 }, 0],
    [{ mode: 'delay after', delayMs: 60_000 }, 1],
  ];
  for (const [fault, taken] of LOST)
    it(`may be taken or not when no answer comes: ${fault.mode}`, async () => {
      sendgrid.faults.set(fault);
      const handover = await sendGridSenderTo(sendgrid, { timeoutMs: 500 }).send(MAIL);
      expect(handover).to.include({ provider, outcome: 'unknown', answered: false });
      expect([sendgrid.requests.length, sendgrid.messages.length]).to.deep.equal([1, taken]);
    });

  it('is not taken when nobody listens', async () => {
    await sendgrid.stop();
    try {
      const retryAfterMs = RETRY_AFTER_MS.min;
      expect(await send()).to.deep.equal({ provider, outcome: 'not_taken', error: 'ECONNREFUSED', retryAfterMs });
    } finally {
      await sendgrid.restart();
    }
    expect((await send()).outcome).to.equal('accepted');
  });

  it('is not taken when there is no such host', async () => {
    expect((await sendGridSenderTo({ host: 'sendgrid.invalid' }).send(MAIL)).outcome).to.equal('not_taken');
  });

  it('says nothing of the mail or the key', async () => {
    for (const fault of [{ status: 400, reason: MAIL.to }, { status: 500 }, { status: 429 }])
      for (const secret of [MAIL.to, MAIL.text, SENDGRID_KEY])
        expect(JSON.stringify(await failing(fault))).not.to.include(secret);
  });
});
