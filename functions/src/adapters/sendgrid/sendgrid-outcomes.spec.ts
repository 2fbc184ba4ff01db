import { expect } from 'chai';
import { describeSender } from '../../../test/support/describe-sender.js';
import { sendGridSenderTo } from '../../../test/support/provider-senders.js';
import { SENDGRID_KEY, SendGridStub } from '../../../test/support/provider-stubs.js';
import { aMail } from '../../../test/support/rendered-message.js';
import type { WireFault } from '../../../test/support/wire-fault.js';
import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import { SECOND_MS } from '../../lib/clock.js';

const provider = 'sendgrid';
const MAIL = aMail();
const OWN_ADDRESS = { from: { name: 'Acme', email: 'login@acme.example' } };

describeSender('SendGridSender, as any sender', {
  provider,
  stub: new SendGridStub(),
  message: MAIL,
  secret: SENDGRID_KEY,
  acceptance: (more) => ({ status: 202, text: more }),
  errorOf: (status) => `http_${status}`,
  senderTo: sendGridSenderTo,
});

describe('SendGridSender, on what becomes of a mail', () => {
  const sendgrid = new SendGridStub();
  before(() => sendgrid.start());
  after(() => sendgrid.stop());
  beforeEach(() => sendgrid.reset());

  const send = () => sendGridSenderTo(sendgrid).send(MAIL);
  const failing = (fault: Partial<WireFault>) => {
    sendgrid.faults.set({ mode: 'status', ...fault });
    return send();
  };

  const REFUSALS: readonly (readonly [status: number, field: string | undefined, because: string])[] = [
    [400, undefined, 'message'],
    [400, 'content', 'message'],
    [400, 'from', 'account'],
    [400, 'from.email', 'account'],
    [400, 'from.name', 'message'],
    [400, 'personalizations', 'message'],
    [400, 'personalizations.0.to.0.email', 'destination'],
    [400, 'personalizations.0.to', 'destination'],
    [400, 'personalizations.to', 'destination'],
    [401, undefined, 'account'],
    [403, undefined, 'account'],
    [403, 'from', 'account'],
    [404, undefined, 'message'],
    [413, undefined, 'message'],
    [451, undefined, 'account'],
  ];
  for (const [status, reason, because] of REFUSALS)
    it(`is refused by ${status} about ${reason} on account of the ${because}`, async () => {
      const handover = await failing({ status, ...(reason === undefined ? {} : { reason }) });
      expect(handover).to.deep.equal({ provider, outcome: 'refused', because, error: `http_${status}` });
      expect(sendgrid.requests).to.have.length(1);
    });

  for (const [status, reason] of [
    [403, 'from'],
    [400, 'from.email'],
  ] as const)
    it(`is refused by ${status} on account of one org’s own address, which is no trouble of the others`, async () => {
      sendgrid.faults.set({ mode: 'status', status, reason, times: 1 });
      const one = sendGridSenderTo(sendgrid);
      expect(await one.send(aMail(OWN_ADDRESS))).to.include({ outcome: 'refused', because: 'message' });
      expect((await one.send(MAIL)).outcome).to.equal('accepted');
    });

  it('is refused on account of ours where no client could be made, and taken once there is one', async () => {
    let isBroken = true;
    const one = sendGridSenderTo(sendgrid, {}, () => {
      if (isBroken) throw new Error('no key');
      return SENDGRID_KEY;
    });
    expect(await one.send(MAIL)).to.deep.equal({
      provider,
      outcome: 'refused',
      because: 'account',
      error: 'not_opened',
    });
    isBroken = false;
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
    ['a limit of the minute', () => ({ 'x-ratelimit-reset': soon(45) }), 30_000, 45_000],
    [
      'a limit of an hour',
      () => ({ 'x-ratelimit-reset': soon(3_600) }),
      RETRY_AFTER_MS.maxOfMail,
      RETRY_AFTER_MS.maxOfMail,
    ],
  ];
  for (const [what, headers, least, most] of WAITS)
    it(`is not taken with 429 and ${what}, asked once and wanted back in time`, async () => {
      const handover = await failing({ status: 429, headers: headers() });
      expect(handover).to.include({ provider, outcome: 'not_taken', error: 'http_429' });
      expect(handover).to.have.property('retryAfterMs').that.is.within(least, most);
      expect(sendgrid.requests).to.have.length(1);
    });
});
