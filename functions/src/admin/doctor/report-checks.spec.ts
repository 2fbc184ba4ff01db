import { expect } from 'chai';
import type { ParamName } from '../../config/param-names.js';
import { describeDoctor, PROJECT } from './doctor-stub.spec.js';

describeDoctor('delivery reports', (stub) => {
  const check = (changes: Partial<Record<ParamName, string>>) => {
    Object.assign(stub().settings, changes);
    return stub().check('delivery reports');
  };
  const noTwilio = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: 'unset', TWILIO_SENDER: '' };
  const noSendGrid = { SENDGRID_API_KEY: 'unset', SENDGRID_FROM: '' };

  it('ask nobody', async () => {
    expect(await check({})).to.include({ status: 'ok', remedy: null });
    expect(stub().asked()).to.deep.equal([]);
  });

  it('can’t be had without a public URL, an auth token, a webhook key', async () => {
    const key = { TWILIO_API_KEY_SID: 'SK1', TWILIO_API_KEY_SECRET: 'twilio-key', TWILIO_AUTH_TOKEN: 'unset' };
    const { status, message, remedy } = await check({ ...key, PUBLIC_URL: '', SENDGRID_WEBHOOK_KEY: '' });
    expect(status).to.equal('warning');
    expect(message).to.include('PUBLIC_URL and TWILIO_AUTH_TOKEN and SENDGRID_WEBHOOK_KEY are not set');
    const [url, token, webhook, ...more] = (remedy ?? '').split('\n');
    expect(url).to.include(`Set PUBLIC_URL in functions/.env.${PROJECT}`);
    expect(token).to.include(`functions:secrets:set TWILIO_AUTH_TOKEN --project ${PROJECT}`);
    expect(webhook).to.include('/webhooks/sendgrid/events').and.include('SENDGRID_WEBHOOK_KEY');
    expect(more).to.deep.equal([]);
  });

  it('need nothing for a provider that is not used', async () => {
    expect((await check({ ...noTwilio, PUBLIC_URL: '' })).status, 'SendGrid alone').to.equal('ok');
    expect((await check(noSendGrid)).status, 'neither').to.equal('skipped');
  });

  it('of Twilio alone need no webhook key', async () => {
    expect((await check({ ...noSendGrid, SENDGRID_WEBHOOK_KEY: '' })).status).to.equal('ok');
  });

  it('leave a provider that is configured in half to its own check', async () => {
    expect((await check({ TWILIO_SENDER: '' })).status).to.equal('skipped');
  });

  for (const [name, value] of [
    ['PUBLIC_URL', 'http://example.com'],
    ['SENDGRID_WEBHOOK_KEY', 'no key'],
  ] as const)
    it(`say that no instance starts with ${name}=${value}`, async () => {
      const { status, remedy } = await check({ [name]: value });
      expect(status).to.equal('failed');
      expect(remedy).to.include(name);
    });
});
