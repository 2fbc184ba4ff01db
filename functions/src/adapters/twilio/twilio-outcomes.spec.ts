import { expect } from 'chai';
import { describeSender } from '../../../test/support/describe-sender.js';
import { twilioSenderTo } from '../../../test/support/provider-senders.js';
import { TWILIO_ACCOUNT, TwilioStub } from '../../../test/support/provider-stubs.js';
import { aMessage } from '../../../test/support/rendered-message.js';
import { StubServer } from '../../../test/support/stub-server.js';
import type { WireFault } from '../../../test/support/wire-fault.js';
import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import { SECOND_MS } from '../../lib/clock.js';

const provider = 'twilio';
const MESSAGE = aMessage();

describeSender('TwilioSender, as any sender', {
  provider,
  stub: new TwilioStub(),
  message: MESSAGE,
  secret: TWILIO_ACCOUNT.password,
  acceptance: (more) => ({ status: 201, text: `{"sid":"SM1"${more}}` }),
  errorOf: () => '20500',
  senderTo: (at, backend) => twilioSenderTo(at, {}, backend),
});

describe('TwilioSender, on what becomes of a message', () => {
  const twilio = new TwilioStub();
  before(() => twilio.start());
  after(() => twilio.stop());
  beforeEach(() => twilio.reset());

  const send = () => twilioSenderTo(twilio).send(MESSAGE);
  const failing = (fault: Partial<WireFault>) => {
    twilio.faults.set({ mode: 'status', ...fault });
    return send();
  };

  /** https://www.twilio.com/docs/api/errors */
  const REFUSALS = {
    destination: [21211, 21214, 21217, 21265, 21268, 21608, 21610, 21612, 21614, 21635, 21703],
    region: [21408, 30450, 30453, 60410],
    message: [21602, 21606, 21617, 21999],
    account: [10001, 20003, 20404, 21212, 21601, 21603, 21659, 21660, 21661, 21701, 21704, 21705, 30002, 63038],
  };
  for (const [because, codes] of Object.entries(REFUSALS))
    for (const code of codes)
      it(`is refused by ${code} on account of the ${because}`, async () => {
        const handover = await failing({ status: 400, reason: String(code) });
        expect(handover).to.deep.equal({ provider, outcome: 'refused', because, error: String(code) });
        expect(twilio.requests).to.have.length(1);
      });

  for (const [status, reason, because] of [
    [401, '20003', 'account'],
    [403, '20006', 'account'],
    [403, '60410', 'region'],
    [404, '20404', 'account'],
    [429, '63038', 'account'],
    [422, '21999', 'message'],
  ] as const)
    it(`is refused by ${status} with ${reason} on account of the ${because}`, async () => {
      const handover = await failing({ status, reason });
      expect(handover).to.deep.equal({ provider, outcome: 'refused', because, error: reason });
    });

  for (const [sender, because] of [
    ['72345', 'destination'],
    ['+12025550100', 'account'],
    ['ACME', 'account'],
    [`MG${'c'.repeat(32)}`, 'account'],
  ] as const)
    it(`is refused by 21659 on account of the ${because} when ${sender} sends`, async () => {
      twilio.faults.set({ mode: 'status', status: 400, reason: '21659' });
      expect(await twilioSenderTo(twilio, { sender }).send(MESSAGE)).to.include({ outcome: 'refused', because });
    });

  it('is refused on account of ours where the package makes no client of it, each time anew', async () => {
    const one = twilioSenderTo(twilio, { accountSid: 'MG1' });
    for (let sent = 0; sent < 2; sent += 1)
      expect(await one.send(MESSAGE)).to.deep.equal({
        provider,
        outcome: 'refused',
        because: 'account',
        error: 'not_opened',
      });
    expect(twilio.requests).to.deep.equal([]);
  });

  const WAITS: readonly (readonly [header: string | null, waitMs: number])[] = [
    [null, RETRY_AFTER_MS.min],
    ['0', RETRY_AFTER_MS.min],
    ['7', 7 * SECOND_MS],
    ['3600', RETRY_AFTER_MS.max],
    ['soon', RETRY_AFTER_MS.min],
  ];
  for (const [header, retryAfterMs] of WAITS)
    it(`is not taken with 429 and Retry-After ${header}, asked once and wanted back after ${retryAfterMs} ms`, async () => {
      const headers = header === null ? {} : { 'retry-after': header };
      const handover = await failing({ status: 429, reason: '20429', headers });
      expect(handover).to.deep.equal({ provider, outcome: 'not_taken', error: '20429', retryAfterMs });
      expect(twilio.requests).to.have.length(1);
    });

  it('may be taken or not when something else than Twilio says yes', async () => {
    const other = new StubServer();
    await other.start();
    try {
      other.answer = { status: 201, text: '<html>' };
      const handover = await twilioSenderTo({ origin: `http://${other.host}` }).send(MESSAGE);
      expect(handover).to.include({ outcome: 'unknown', answered: false });
    } finally {
      await other.stop();
    }
  });
});
