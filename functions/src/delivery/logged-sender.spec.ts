import { expect } from 'chai';
import { jsonLogger } from '../lib/logger.js';
import { deliveryId } from './delivery-id.js';
import { LoggedSender } from './logged-sender.js';
import type { RenderedMessage } from './message.js';
import type { Handover } from './message-sender.js';

const MESSAGE: RenderedMessage = {
  id: deliveryId.generate(),
  to: '+12025550143',
  channel: 'sms',
  purpose: 'login',
  orgId: null,
  locale: 'en',
  from: { name: 'Acme', email: 'codes@acme.example' },
  subject: null,
  text: '424242 is your Acme code',
  html: null,
  code: '424242',
  lifetimeSeconds: 300,
};
const FAILED = { provider: 'twilio', error: '20003' };

const HANDOVERS: readonly [Handover, severity: string][] = [
  [{ ...FAILED, outcome: 'refused', because: 'account' }, 'ERROR'],
  [{ ...FAILED, outcome: 'refused', because: 'message' }, 'ERROR'],
  [{ ...FAILED, outcome: 'refused', because: 'destination' }, 'WARNING'],
  [{ ...FAILED, outcome: 'refused', because: 'region' }, 'WARNING'],
  [{ ...FAILED, outcome: 'not_taken', retryAfterMs: 2_000 }, 'WARNING'],
  [{ ...FAILED, outcome: 'not_tried' }, 'WARNING'],
  [{ ...FAILED, outcome: 'unknown', answered: false }, 'WARNING'],
];

async function send(handover: Handover): Promise<{ answer: Handover; lines: string[] }> {
  const lines: string[] = [];
  const sender = new LoggedSender(
    { send: async () => handover },
    jsonLogger((line) => lines.push(line)),
  );
  return { answer: await sender.send(MESSAGE), lines };
}

describe('LoggedSender', () => {
  for (const [handover, severity] of HANDOVERS) {
    const { outcome, because } = { because: undefined, ...handover };
    it(`tells of a message that is ${[outcome, because].filter(Boolean).join(' for its ')}: ${severity}`, async () => {
      const { answer, lines } = await send(handover);
      expect(answer).to.equal(handover);
      const { id: delivery, channel, purpose } = MESSAGE;
      const of = { delivery, orgId: null, channel, purpose, ...FAILED, outcome, ...(because && { because }) };
      expect(lines.map((line) => JSON.parse(line))).to.deep.equal([{ severity, message: 'handover_failed', ...of }]);
    });
  }

  it('tells neither what the message says nor whom it is for', async () => {
    for (const [handover] of HANDOVERS) {
      const text = (await send(handover)).lines.join('');
      for (const secret of ['5550143', '424242', 'Acme', 'acme']) expect(text).not.to.include(secret);
    }
  });

  it('says nothing of one that was taken', async () => {
    expect((await send({ provider: 'twilio', outcome: 'accepted', providerId: 'SM1' })).lines).to.deep.equal([]);
  });
});
