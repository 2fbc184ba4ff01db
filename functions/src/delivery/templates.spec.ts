import { expect } from 'chai';
import type { CodeMessage } from './message.js';
import { render } from './templates.js';

const EMAIL: CodeMessage = {
  to: { kind: 'email', value: 'ada@example.com' },
  purpose: 'login',
  code: '012345',
  lifetimeSeconds: 600,
  orgId: 'org_a',
  environment: 'live',
  senderName: 'Acme',
};
const SMS: CodeMessage = { ...EMAIL, to: { kind: 'phone', value: '+12025550143' } };

describe('render', () => {
  it('makes an e-mail of text and HTML with a subject', () => {
    expect(render(EMAIL)).to.deep.equal({
      to: 'ada@example.com',
      channel: 'email',
      purpose: 'login',
      orgId: 'org_a',
      subject: 'Your login code for Acme',
      text: '012345 is your Acme code to log in. It is valid for 10 minutes. Never share it.',
      html: '<p><strong>012345</strong> is your Acme code to log in. It is valid for 10 minutes. Never share it.</p>',
      code: '012345',
    });
  });

  it('makes a text message of text alone', () => {
    expect(render(SMS)).to.include({ to: '+12025550143', channel: 'sms', subject: null, html: null });
  });

  it('says what the code is for', () => {
    const reset = render({ ...EMAIL, purpose: 'password_reset' });
    expect(reset.subject).to.equal('Your password reset code for Acme');
    expect(reset.text).to.include('to set a new password');
  });

  it('puts the code first, leading zeros kept, in every message', () => {
    for (const message of [EMAIL, SMS])
      for (const code of ['0000', '012345', '0123456789'])
        for (const purpose of ['login', 'password_reset'] as const)
          expect(render({ ...message, code, purpose }).text.startsWith(`${code} `)).to.equal(true);
  });

  it('never says that a code lives shorter than it does', () => {
    for (const [seconds, minutes] of [
      [600, 10],
      [61, 2],
      [60, 1],
      [30, 1],
    ] as const)
      expect(render({ ...EMAIL, lifetimeSeconds: seconds }).text).to.include(`valid for ${minutes} minute`);
  });

  it('escapes the name of the org', () => {
    const { html } = render({ ...EMAIL, senderName: `<img src=x onerror="alert('1')"> & Söhne` });
    expect(html).to.include('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; Söhne');
    expect(html?.match(/<[^>]*>/g)).to.deep.equal(['<p>', '<strong>', '</strong>', '</p>']);
  });

  it('marks the code and not the same digits in a name', () => {
    expect(render({ ...EMAIL, senderName: 'Area 012345' }).html).to.match(
      /^<p><strong>012345<\/strong> is your Area 012345 /,
    );
  });

  it('fits one text message of 160 GSM-7 characters for names up to 60 characters', () => {
    for (const purpose of ['login', 'password_reset'] as const)
      expect(render({ ...SMS, purpose, senderName: 'N'.repeat(60), code: '0123456789' }).text.length).to.be.at.most(
        160,
      );
  });
});
