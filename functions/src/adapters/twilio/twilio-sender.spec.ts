import { expect } from 'chai';
import { twilioSenderTo } from '../../../test/support/provider-senders.js';
import { TWILIO_ACCOUNT, TwilioStub } from '../../../test/support/provider-stubs.js';
import { aMessage } from '../../../test/support/rendered-message.js';
import type { WireFault } from '../../../test/support/wire-fault.js';
import { BREAKER } from '../../lib/backend-policy.js';
import type { TwilioOptions } from './twilio-sender.js';

const SERVICE = `MG${'c'.repeat(32)}`;
const PUBLIC_URL = 'https://us-central1-acme.cloudfunctions.net/api';
const provider = 'twilio';

describe('TwilioSender', () => {
  const twilio = new TwilioStub();
  before(() => twilio.start());
  after(() => twilio.stop());
  beforeEach(() => twilio.reset());

  describe('asks', () => {
    it('as documented: one form, by the account’s API key', async () => {
      await twilioSenderTo(twilio).send(aMessage());
      const { method, url, headers } = twilio.requests[0] ?? expect.fail();
      expect([method, url.pathname, url.search]).to.deep.equal([
        'POST',
        `/2010-04-01/Accounts/${TWILIO_ACCOUNT.accountSid}/Messages.json`,
        '',
      ]);
      const basic = Buffer.from(`${TWILIO_ACCOUNT.username}:${TWILIO_ACCOUNT.password}`).toString('base64');
      expect(headers).to.include({ authorization: `Basic ${basic}`, accept: 'application/json' });
      expect(headers['content-type']).to.match(/^application\/x-www-form-urlencoded(;|$)/);
    });

    it('with the account and its token where there is no key', async () => {
      twilio.account = {
        accountSid: TWILIO_ACCOUNT.accountSid,
        username: TWILIO_ACCOUNT.accountSid,
        password: 'token',
      };
      try {
        expect((await twilioSenderTo(twilio, twilio.account).send(aMessage())).outcome).to.equal('accepted');
      } finally {
        twilio.account = TWILIO_ACCOUNT;
      }
    });

    const fieldsOf = async (options: Partial<TwilioOptions>, message = aMessage()) => {
      await twilioSenderTo(twilio, options).send(message);
      return TwilioStub.fields(twilio.taken());
    };
    const To = '+12025550143';
    const Body = '123456 is your Acme code & more';
    const ValidityPeriod = '300';

    for (const from of ['+12025550100', '72345', 'ACME', 'MGM'])
      it(`for the sender ${from}`, async () => {
        expect(await fieldsOf({ sender: from })).to.deep.equal({ To, From: from, Body, ValidityPeriod });
      });

    it('for a messaging service', async () => {
      const expected = { To, MessagingServiceSid: SERVICE, Body, ValidityPeriod };
      expect(await fieldsOf({ sender: SERVICE })).to.deep.equal(expected);
    });

    it('for a report that names the message, its purpose and its org', async () => {
      const message = aMessage();
      const query = new URLSearchParams({ delivery: message.id, purpose: 'login', org: String(message.orgId) });
      expect(await fieldsOf({ publicUrl: PUBLIC_URL }, message)).to.deep.equal({
        To,
        From: '+12025550100',
        Body,
        ValidityPeriod,
        StatusCallback: `${PUBLIC_URL}/webhooks/twilio/status?${query}#rc=3&rp=ct,rt,5xx`,
      });
    });

    it('for a report of nobody’s message', async () => {
      const { StatusCallback = '' } = await fieldsOf({ publicUrl: PUBLIC_URL }, aMessage({ orgId: null }));
      expect(new URL(StatusCallback).searchParams.get('org')).to.equal('');
    });

    it('for a code to wait no longer than it lives', async () => {
      expect((await fieldsOf({}, aMessage({ lifetimeSeconds: 60 })))['ValidityPeriod']).to.equal('60');
    });

    it('for a notice to wait as long as it takes', async () => {
      const notice = aMessage({ code: null, lifetimeSeconds: null, purpose: 'password_changed' });
      expect(await fieldsOf({}, notice)).to.deep.equal({ To, From: '+12025550100', Body });
    });
  });

  it('answers Twilio’s name for a message that it has taken', async () => {
    const handover = await twilioSenderTo(twilio).send(aMessage());
    expect(handover).to.deep.equal({ provider, outcome: 'accepted', providerId: twilio.messages[0]?.sid });
  });

  describe('asks a failing Twilio', () => {
    const sendings = async (fault: Partial<WireFault>) => {
      twilio.faults.set({ mode: 'status', ...fault });
      const one = twilioSenderTo(twilio);
      for (let sent = 0; sent < 30; sent += 1) await one.send(aMessage());
      return twilio.requests.length;
    };

    for (const [status, reason] of [
      [400, '21211'],
      [400, '21408'],
      [413, '21617'],
    ] as const)
      it(`again after ${status} ${reason}, which is of one message`, async () => {
        expect(await sendings({ status, reason })).to.equal(30);
      });

    for (const status of [429, 500, 503])
      it(`no more for a while when ${status} is all that it hears`, async () => {
        expect(await sendings({ status, reason: '20500' })).to.equal(BREAKER.minCalls);
      });

    for (const [status, reason] of [
      [401, '20003'],
      [403, '20006'],
      [400, '21660'],
    ] as const)
      it(`no more for a while after one ${status} ${reason}, which is of the account`, async () => {
        expect(await sendings({ status, reason })).to.equal(1);
      });

    it('not at all while the breaker is open', async () => {
      twilio.faults.set({ mode: 'status', status: 401, reason: '20003' });
      const one = twilioSenderTo(twilio);
      await one.send(aMessage());
      expect(await one.send(aMessage())).to.deep.equal({ provider, outcome: 'not_tried', error: 'breaker_open' });
    });
  });
});
