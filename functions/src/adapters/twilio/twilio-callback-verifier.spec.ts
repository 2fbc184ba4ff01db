import { expect } from 'chai';
import { newProviderKeys, PUBLIC_URL, signAsTwilio } from '../../../test/support/provider-signer.js';
import { TWILIO_STATUS_PATH } from '../../delivery/callback-url.js';
import { TwilioCallbackVerifier } from './twilio-callback-verifier.js';

const KEYS = newProviderKeys();
const QUERY = '?delivery=dlv_AAAAAAAAAAAAAAAAAAAAAA&purpose=login&org=org_1';
const URL_GIVEN = `${PUBLIC_URL}${TWILIO_STATUS_PATH}${QUERY}`;
const FORM = 'MessageSid=SM1&MessageStatus=delivered&To=%2B12025550143';

describe('TwilioCallbackVerifier', () => {
  const verifier = new TwilioCallbackVerifier({ publicUrl: PUBLIC_URL, authToken: KEYS.twilioAuthToken });
  const isGenuine = (query: string, form: string, signature: string) =>
    verifier.isGenuine({ query, body: Buffer.from(form), headers: { 'x-twilio-signature': signature } });
  const signatureOf = (url: string, form: string, keys = KEYS) =>
    signAsTwilio(url, form, keys)['x-twilio-signature'] ?? '';

  /** @see https://www.twilio.com/docs/usage/security#validating-requests so that signer and verifier share no mistake */
  it('takes the example that Twilio has published', async () => {
    const published = new TwilioCallbackVerifier({ publicUrl: 'https://mycompany.com', authToken: '12345' });
    const form = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212';
    const of = (path: string) =>
      signatureOf(`https://mycompany.com${path}`, form, { ...KEYS, twilioAuthToken: '12345' });
    expect(of('/myapp.php?foo=1&bar=2')).to.equal('GvWf1cFY/Q7PnoempGyD5oXAezc=');
    const headers = { 'x-twilio-signature': of(`${TWILIO_STATUS_PATH}?foo=1&bar=2`) };
    expect(await published.isGenuine({ query: '?foo=1&bar=2', body: Buffer.from(form), headers })).to.equal(true);
  });

  it('takes what was signed for the configured URL, with its port or without', async () => {
    expect(await isGenuine(QUERY, FORM, signatureOf(URL_GIVEN, FORM))).to.equal(true);
    const withPort = URL_GIVEN.replace('example.com', 'example.com:443');
    expect(await isGenuine(QUERY, FORM, signatureOf(withPort, FORM))).to.equal(true);
  });

  it('takes no other key, URL, query or form', async () => {
    const right = signatureOf(URL_GIVEN, FORM);
    const forged = [
      signatureOf(URL_GIVEN, FORM, newProviderKeys()),
      signatureOf(URL_GIVEN.replace('id.', 'evil.'), FORM),
      signatureOf(URL_GIVEN.replace('https', 'http'), FORM),
      signatureOf(URL_GIVEN.replace('org_1', 'org_2'), FORM),
      signatureOf(URL_GIVEN, FORM.replace('delivered', 'failed')),
      signatureOf(URL_GIVEN, ''),
      ...[
        '',
        ' ',
        right.slice(0, -1),
        `${right}=`,
        right.toLowerCase(),
        `${right}, ${right}`,
        '\u00e9',
        'x'.repeat(10_000),
      ],
    ];
    for (const signature of forged) expect(await isGenuine(QUERY, FORM, signature), signature).to.equal(false);
    expect(await isGenuine(`${QUERY}&more=1`, FORM, right)).to.equal(false);
    expect(await isGenuine('', FORM, right)).to.equal(false);
    expect(await isGenuine(QUERY, `${FORM}&More=1`, right)).to.equal(false);
  });

  it('throws at nothing', async () => {
    for (const text of ['%', '%ff=%zz', '__proto__=1&constructor=2', '&&==', '\ud800', 'a='.repeat(20_000)])
      for (const query of ['', `?${text}`])
        expect(await isGenuine(query, text, 'x'), text.slice(0, 20)).to.equal(false);
  });
});
