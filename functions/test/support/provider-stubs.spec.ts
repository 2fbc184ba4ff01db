import { expect } from 'chai';
import { SENDGRID_KEY, SendGridStub, TWILIO_ACCOUNT, TwilioStub } from './provider-stubs.js';

describe('TwilioStub', () => {
  const twilio = new TwilioStub();
  before(() => twilio.start());
  after(() => twilio.stop());

  const SERVICE = `MG${'c'.repeat(32)}`;
  const FORM = { To: '+12025550143', From: '+12025550100', Body: 'text' };
  const ask = async (form: Readonly<Record<string, string>>) => {
    const { accountSid, username, password } = TWILIO_ACCOUNT;
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    const response = await fetch(`${twilio.origin}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const { code = null } = (await response.json()) as { readonly code?: number };
    return [response.status, code];
  };

  it('takes what is documented', async () => {
    const callback = { StatusCallback: 'https://id.example.com/api/status?org=#rc=3&rp=ct,rt,5xx' };
    for (const From of ['+12025550100', '72345', 'ACME 2'])
      expect(await ask({ ...FORM, ...callback, From, ValidityPeriod: '36000' }), From).to.deep.equal([201, null]);
    expect(await ask({ To: FORM.To, Body: 'text', MessagingServiceSid: SERVICE })).to.deep.equal([201, null]);
  });

  const WRONG: readonly (readonly [change: Readonly<Record<string, string>>, code: number])[] = [
    [{ To: '2025550143' }, 21211],
    [{ To: 'ada@example.com' }, 21211],
    [{ Body: '' }, 21602],
    [{ Body: 'x'.repeat(1_601) }, 21617],
    [{ From: '' }, 21212],
    [{ From: '72' }, 21212],
    [{ From: 'A name too long' }, 21212],
    [{ MessagingServiceSid: SERVICE }, 20001],
    [{ From: 'ACME', MessagingServiceSid: 'MG1' }, 20001],
    [{ StatusCallback: '/status' }, 21609],
    [{ ValidityPeriod: '0' }, 21624],
    [{ ValidityPeriod: '36001' }, 21624],
    [{ ValidityPeriod: '1.5' }, 21624],
    [{ validityPeriod: '600' }, 20001],
    [{ Text: 'text' }, 20001],
  ];
  for (const [change, code] of WRONG)
    it(`refuses ${JSON.stringify(change).slice(0, 60)}`, async () => {
      expect(await ask({ ...FORM, ...change })).to.deep.equal([400, code]);
    });

  for (const [missing, code] of [
    ['To', 21604],
    ['Body', 21602],
    ['From', 21603],
  ] as const)
    it(`refuses a message without ${missing}`, async () => {
      const form = Object.fromEntries(Object.entries(FORM).filter(([name]) => name !== missing));
      expect(await ask(form)).to.deep.equal([400, code]);
    });
});

describe('SendGridStub', () => {
  const sendgrid = new SendGridStub();
  before(() => sendgrid.start());
  after(() => sendgrid.stop());

  const MAIL = {
    from: { email: 'codes@gatehouse.example', name: 'Acme' },
    subject: 'Code',
    personalizations: [{ to: [{ email: 'ada@example.com' }] }],
    content: [{ type: 'text/plain', value: 'text' }],
    categories: ['gatehouse', 'login'],
    custom_args: { delivery: 'dlv_1' },
    tracking_settings: { open_tracking: { enable: false } },
  };
  const ask = async (change: object) => {
    const response = await fetch(`${sendgrid.origin}/v3/mail/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SENDGRID_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...MAIL, ...change }),
    });
    const text = await response.text();
    const { errors = [] } = (text === '' ? {} : JSON.parse(text)) as { readonly errors?: readonly { field: string }[] };
    return [response.status, errors[0]?.field ?? null];
  };

  it('takes what is documented', async () => {
    expect(await ask({})).to.deep.equal([202, null]);
    expect(await ask({ categories: undefined, custom_args: undefined })).to.deep.equal([202, null]);
  });

  const names = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
  const WRONG: readonly (readonly [change: object, field: string])[] = [
    [{ from: { email: 'Acme <codes@gatehouse.example>' } }, 'from.email'],
    [{ personalizations: [{ to: [{ email: '@' }] }] }, 'personalizations.0.to.0.email'],
    [{ subject: '' }, 'subject'],
    [{ content: [{ type: 'text/html', value: '<p>' }] }, 'content'],
    [{ categories: names(11) }, 'categories'],
    [{ categories: ['login', 'login'] }, 'categories'],
    [{ categories: ['x'.repeat(256)] }, 'categories'],
    [{ categories: [7] }, 'categories'],
    [{ custom_args: { org: null } }, 'custom_args'],
    [{ custom_args: { delivery: 7 } }, 'custom_args'],
    [{ custom_args: { delivery: 'x'.repeat(10_000) } }, 'custom_args'],
    [{ customArgs: {} }, 'customArgs'],
  ];
  for (const [change, field] of WRONG)
    it(`refuses ${JSON.stringify(change).slice(0, 60)}`, async () => {
      expect(await ask(change)).to.deep.equal([400, field]);
    });
});
