import { expect } from 'chai';
import { newProviderKeys, signAsSendGrid } from '../../../test/support/provider-signer.js';
import { SendGridCallbackVerifier } from './sendgrid-callback-verifier.js';

const KEYS = newProviderKeys();
const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIME = 'x-twilio-email-event-webhook-timestamp';
const BODY = '[{"event":"delivered","email":"ada@example.com"}]\r\n';

describe('SendGridCallbackVerifier', () => {
  const verifier = new SendGridCallbackVerifier(KEYS.sendgrid.publicKey);
  const isGenuine = (body: string, headers: Record<string, string>) =>
    verifier.isGenuine({ query: '', body: Buffer.from(body), headers });

  /** @see https://github.com/sendgrid/sendgrid-nodejs/blob/main/packages/eventwebhook/src/eventwebhook.spec.js */
  it('takes the example that SendGrid has published', async () => {
    const published = new SendGridCallbackVerifier(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==',
    );
    const signed = (body: string, time: string) => {
      const signature =
        'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=';
      const headers = { [SIGNATURE]: signature, [TIME]: time };
      return published.isGenuine({ query: '', body: Buffer.from(body), headers });
    };
    const body = '{"category":"example_payload","event":"test_event","message_id":"message_id"}';
    expect(await signed(body, '1588788367')).to.equal(true);
    expect(await signed(body, '1588788368')).to.equal(false);
    expect(await signed(`${body} `, '1588788367')).to.equal(false);
  });

  it('takes what was signed with the key, byte for byte', async () => {
    expect(await isGenuine(BODY, signAsSendGrid(BODY, KEYS))).to.equal(true);
    expect(await isGenuine(BODY.trim(), signAsSendGrid(BODY, KEYS))).to.equal(false);
  });

  it('takes no other key, time or body', async () => {
    const right = signAsSendGrid(BODY, KEYS);
    const signature = right[SIGNATURE] ?? '';
    const forged = [
      signAsSendGrid(BODY, newProviderKeys()),
      signAsSendGrid(BODY.replace('delivered', 'bounce'), KEYS),
      { ...right, [TIME]: '1700000001' },
      ...[
        '',
        ' ',
        '!',
        'AAAA',
        signature.slice(4),
        signature.slice(0, -4),
        `${signature} `,
        `${signature},`,
        'x'.repeat(10_000),
      ].map((bad) => ({
        ...right,
        [SIGNATURE]: bad,
      })),
      {},
    ];
    for (const headers of forged) expect(await isGenuine(BODY, headers), JSON.stringify(headers)).to.equal(false);
  });

  it('takes nothing for a time but digits, so that no list of events begins in it', async () => {
    const signed = signAsSendGrid(BODY, KEYS, '1700000000');
    for (const length of [1, 10, BODY.length]) {
      const headers = { ...signed, [TIME]: `1700000000${BODY.slice(0, length)}` };
      expect(await isGenuine(BODY.slice(length), headers), String(length)).to.equal(false);
    }
  });

  it('refuses a key that is none, or of another kind', () => {
    expect(() => new SendGridCallbackVerifier('')).to.throw();
    expect(() => new SendGridCallbackVerifier('AAAA')).to.throw();
  });
});
