import { expect } from 'chai';
import { twilioSenderTo } from '../../../test/support/provider-senders.js';
import { TWILIO_ACCOUNT, TwilioStub } from '../../../test/support/provider-stubs.js';
import { aMessage } from '../../../test/support/rendered-message.js';
import { StubServer } from '../../../test/support/stub-server.js';
import type { WireFault } from '../../../test/support/wire-fault.js';
import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import { SECOND_MS } from '../../lib/clock.js';

const provider = 'twilio';
const MESSAGE = aMessage();

describe('TwilioSender, on what becomes of a message', () => {
  const twilio = new TwilioStub();
  before(() => twilio.start());
  after(() => twilio.stop());
  beforeEach(() => twilio.reset());

  const other = new StubServer();
  before(() => other.start());
  after(() => other.stop());

  const send = () => twilioSenderTo(twilio).send(MESSAGE);
  const failing = (fault: Partial<WireFault>) => {
    twilio.faults.set({ mode: 'status', ...fault });
    return send();
  };

  /** https://www.twilio.com/docs/api/errors */
  const REFUSALS = {
    destination: [21211, 21214, 21217, 21265, 21268, 21608, 21610, 21612, 21614, 21635],
    region: [21408, 30450, 30453, 60410],
    message: [21602, 21617, 21999],
    account: [10001, 20003, 20404, 21212, 21603, 21659, 21660, 21661, 21701, 21705, 30002],
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
    [422, '21999', 'message'],
  ] as const)
    it(`is refused by ${status} with ${reason} on account of the ${because}`, async () => {
      const handover = await failing({ status, reason });
      expect(handover).to.deep.equal({ provider, outcome: 'refused', because, error: reason });
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

  for (const status of [500, 502, 503])
    it(`may be taken or not with ${status}`, async () => {
      const handover = await failing({ status, reason: '20500' });
      expect(handover).to.deep.equal({ provider, outcome: 'unknown', error: '20500', answered: true });
      expect(twilio.requests).to.have.length(1);
    });

  it('may be taken or not when something else than Twilio answers', async () => {
    for (const [status, outcome] of [
      [502, 'unknown'],
      [301, 'unknown'],
      [413, 'refused'],
      [401, 'refused'],
    ] as const) {
      other.answer = { status, text: '<html>', headers: { location: '/elsewhere' } };
      expect(await twilioSenderTo(other).send(MESSAGE)).to.include({ provider, outcome, error: `http_${status}` });
      expect(other.requests.splice(0)).to.have.length(1);
    }
    other.answer = { status: 201, text: '<html>' };
    expect(await twilioSenderTo(other).send(MESSAGE)).to.include({ outcome: 'unknown', answered: false });
  });

  const LOST: readonly (readonly [fault: WireFault, taken: number])[] = [
    [{ mode: 'drop before' }, 0],
    [{ mode: 'drop after' }, 1],
    [{ mode: 'delay before', delayMs: 60_000 }, 0],
    [{ mode: 'delay after', delayMs: 60_000 }, 1],
  ];
  for (const [fault, taken] of LOST)
    it(`may be taken or not when no answer comes: ${fault.mode}`, async () => {
      twilio.faults.set(fault);
      const handover = await twilioSenderTo(twilio, {}, { timeoutMs: 500 }).send(MESSAGE);
      expect(handover).to.include({ provider, outcome: 'unknown', answered: false });
      expect([twilio.requests.length, twilio.messages.length]).to.deep.equal([1, taken]);
    });

  it('is taken late when Twilio is slow', async () => {
    twilio.faults.set({ mode: 'delay before', delayMs: 300 });
    expect((await send()).outcome).to.equal('accepted');
  });

  it('is not taken when nobody listens', async () => {
    await twilio.stop();
    try {
      const retryAfterMs = RETRY_AFTER_MS.min;
      expect(await send()).to.deep.equal({ provider, outcome: 'not_taken', error: 'ECONNREFUSED', retryAfterMs });
    } finally {
      await twilio.restart();
    }
    expect((await send()).outcome).to.equal('accepted');
  });

  it('is not taken when there is no such host', async () => {
    const handover = await twilioSenderTo({ host: 'twilio.invalid' }).send(MESSAGE);
    expect(handover.outcome).to.equal('not_taken');
  });

  it('says nothing of the message, whatever Twilio repeats of it', async () => {
    for (const fault of [{ status: 400, reason: '21211' }, { status: 500 }, { status: 429, reason: '20429' }])
      for (const secret of [MESSAGE.to, MESSAGE.text, TWILIO_ACCOUNT.password])
        expect(JSON.stringify(await failing(fault))).not.to.include(secret);
  });
});
