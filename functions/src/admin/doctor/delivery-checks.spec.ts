import { expect } from 'chai';
import type { ParamName } from '../../config/param-names.js';
import { describeDoctor, googleError, json, PROJECT, ROUTES, TWILIO_SID } from './doctor-stub.spec.js';

const OUTAGES = [
  googleError(500, 'INTERNAL'),
  googleError(429, 'RESOURCE_EXHAUSTED'),
  { status: 200, text: '<html>' },
  { status: 200, text: '' },
  json(['mail.send']),
  'half',
  'drop',
  'hang',
] as const;

const UNANSWERED = /is not available now|did not answer|could not be reached/;

describeDoctor('Twilio', (stub) => {
  const check = () => stub().check('Twilio');
  const account = (changes: object, status = 200) => {
    stub().on('twilio', json({ sid: TWILIO_SID, status: 'active', type: 'Full', ...changes }, status));
  };

  it('is asked with the account and its token', async () => {
    await check();
    const basic = Buffer.from(`${TWILIO_SID}:twilio-token`).toString('base64');
    expect(stub().taken().headers.authorization).to.equal(`Basic ${basic}`);
  });

  const ACCOUNTS: readonly (readonly [changes: object, status: string, message: RegExp])[] = [
    [{ type: 'Trial' }, 'warning', /is a trial/],
    [{ status: 'suspended' }, 'failed', /suspended or closed/],
    [{ status: 'closed', type: 'Trial' }, 'failed', /suspended or closed/],
    [{ status: undefined }, 'failed', /suspended or closed/],
  ];
  for (const [changes, status, message] of ACCOUNTS)
    it(`${JSON.stringify(changes)}: ${status}`, async () => {
      account(changes);
      const result = await check();
      expect(result.status).to.equal(status);
      expect(result.message).to.match(message);
    });

  for (const status of [401, 403, 404])
    it(`does not accept the account: ${status}`, async () => {
      account({ code: 20003, message: 'Authenticate', status }, status);
      const result = await check();
      expect(result).to.include({ status: 'failed', message: 'Twilio does not accept the account and its token.' });
      expect(result.remedy).to.include(`functions:secrets:set TWILIO_AUTH_TOKEN --project ${PROJECT}`);
    });

  for (const answer of OUTAGES)
    it(`can't be told of with ${JSON.stringify(answer)}`, async () => {
      stub().on('twilio', answer);
      const { status, message } = await check();
      expect(status).to.equal('failed');
      expect(message).to.match(UNANSWERED);
    });
});

describeDoctor('Twilio, with an API key', (stub) => {
  const KEY = { TWILIO_API_KEY_SID: 'SK1', TWILIO_API_KEY_SECRET: 'key-secret' };
  const check = (changes: Partial<Record<ParamName, string>> = {}) => {
    Object.assign(stub().settings, KEY, changes);
    return stub().check('Twilio');
  };
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const asked = () => stub().requests.map(({ headers }) => headers.authorization);

  it('is asked for messages that there are none of, and for the account with its token', async () => {
    expect(await check()).to.include({ status: 'ok', message: 'Twilio accepts the account.' });
    expect(asked()).to.deep.equal([basic('SK1', 'key-secret'), basic(TWILIO_SID, 'twilio-token')]);
    expect(stub().asked()).to.include(`${ROUTES.twilioMessages}?To=%2B15005550001&PageSize=1`);
  });

  it('is not asked for the account without a token: a key may not look at it', async () => {
    const result = await check({ TWILIO_AUTH_TOKEN: 'unset' });
    expect(result).to.include({ status: 'ok', message: 'Twilio accepts the API key.' });
    expect(asked()).to.deep.equal([basic('SK1', 'key-secret')]);
  });

  for (const status of [401, 403, 404])
    it(`does not accept the key: ${status}`, async () => {
      stub().on('twilioMessages', json({ code: 20003, message: 'Authenticate', status }, status));
      const result = await check();
      expect(result.status).to.equal('failed');
      expect(result.message).to.match(/does not accept the API key/);
      expect(result.remedy).to.include(`functions:secrets:set TWILIO_API_KEY_SECRET --project ${PROJECT}`);
    });

  for (const answer of OUTAGES.filter((one) => typeof one !== 'object' || !('json' in one) || !Array.isArray(one.json)))
    it(`can't be told of with ${JSON.stringify(answer)}`, async () => {
      stub().on('twilioMessages', answer);
      const { status, message } = await check();
      expect(status).to.equal('failed');
      expect(message).to.match(UNANSWERED);
    });

  for (const name of ['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET', 'TWILIO_SENDER'] as const)
    it(`is configured in half without ${name}`, async () => {
      const { status, remedy } = await check({ [name]: 'unset' });
      expect(status).to.equal('failed');
      expect(remedy).to.include(`Set ${name} as well`);
    });
});

describeDoctor('A provider’s settings', (stub) => {
  for (const [provider, name, value] of [
    ['Twilio', 'TWILIO_ACCOUNT_SID', 'SK1'],
    ['SendGrid', 'SENDGRID_FROM', 'Acme <noreply@example.com>'],
  ] as const)
    it(`are mistaken: ${name}=${value}`, async () => {
      stub().settings[name] = value;
      const { status, message, remedy } = await stub().check(provider);
      expect({ status, message }).to.deep.equal({
        status: 'failed',
        message: "The provider's settings are incomplete or mistaken: no instance starts.",
      });
      expect(remedy).to.include(name);
      expect(stub().asked()).to.deep.equal([]);
    });
});

describeDoctor('SendGrid', (stub) => {
  const check = () => stub().check('SendGrid');

  it('is asked with the key', async () => {
    await check();
    expect(stub().taken().headers.authorization).to.equal('Bearer SG.sendgrid-key');
  });

  for (const scopes of [undefined, [], ['mail.batch.create'], 'mail.send', { 'mail.send': true }])
    it(`may not send with ${JSON.stringify(scopes)}`, async () => {
      stub().on('sendgrid', json({ scopes }));
      const result = await check();
      expect(result).to.include({ status: 'failed', message: 'The SendGrid key may not send: it lacks mail.send.' });
      expect(result.remedy).to.include(`functions:secrets:set SENDGRID_API_KEY --project ${PROJECT}`);
    });

  for (const status of [401, 403])
    it(`does not accept the key: ${status}`, async () => {
      stub().on('sendgrid', json({ errors: [{ message: 'authorization required' }] }, status));
      expect(await check()).to.include({ status: 'failed', message: 'SendGrid does not accept the key.' });
    });

  for (const answer of OUTAGES)
    it(`can't be told of with ${JSON.stringify(answer)}`, async () => {
      stub().on('sendgrid', answer);
      const { status, message } = await check();
      expect(status).to.equal('failed');
      expect(message).to.match(UNANSWERED);
    });
});

const PROVIDERS: Readonly<Record<string, readonly ParamName[]>> = {
  Twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_SENDER'],
  SendGrid: ['SENDGRID_API_KEY', 'SENDGRID_FROM'],
};
for (const [provider, names] of Object.entries(PROVIDERS))
  describeDoctor(`${provider}, configured`, (stub) => {
    for (const value of ['', 'unset'])
      it(`not at all: ${JSON.stringify(value)}`, async () => {
        for (const name of names) stub().settings[name] = value;
        const { status, message } = await stub().check(provider);
        expect(status).to.equal('warning');
        expect(message).to.match(/^No provider for (text messages|e-mail) is configured: none are sent\.$/);
        expect(stub().asked()).to.deep.equal([]);
      });

    for (const name of names)
      it(`without ${name}, which is not the fault of the other`, async () => {
        stub().settings[name] = 'unset';
        const { status, remedy } = await stub().check(provider);
        expect(status).to.equal('failed');
        expect(remedy).to.match(new RegExp(`Set ${name}( \\(or .*\\))? as well`));
        for (const other of Object.keys(PROVIDERS).filter((each) => each !== provider))
          expect((await stub().check(other)).status).to.equal('ok');
      });

    it('on a local stack, wrongly', async () => {
      const emulators = { auth: '127.0.0.1:1', firestore: '127.0.0.1:1' };
      for (const route of ['twilio', 'sendgrid'] as const) stub().on(route, googleError(401, 'UNAUTHENTICATED'));
      expect((await stub().check(provider, { emulators })).remedy).to.match(/in functions\/\.secret\.local/);
    });

    it('on a local stack, is tried as well', async () => {
      const emulators = { auth: '127.0.0.1:1', firestore: '127.0.0.1:1' };
      expect((await stub().check(provider, { emulators })).status).to.equal('ok');
      expect(stub().asked()).to.have.length(1);
    });
  });
