import { expect } from 'chai';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';
import { reviewSettings } from './org-settings-rules.js';

async function problemOf(template: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const { problems } = await reviewSettings({ loginTemplate: template }, DEFAULT_ORG_SETTINGS);
  return problems['loginTemplate'];
}

describe("The rules for an org's own texts", () => {
  it('measure a text message with the longest of what its placeholders stand for', async () => {
    const longest = `{code}{org}{minutes}${'x'.repeat(160 - 10 - 30 - 2)}`;
    expect(await problemOf({ sms: longest })).to.equal(undefined);
    expect(await problemOf({ sms: `${longest}x` })).to.equal(
      'sms: Must fit one text message of 160 characters, of which {code} may take 10, {org} 30 and {minutes} 2: it has 161.',
    );
    expect(await problemOf({ sms: `{code}{code}${'x'.repeat(141)}` })).to.match(/it has 161\.$/);
    expect(await problemOf({ sms: `{code}${'€'.repeat(75)}` })).to.equal(undefined);
    expect(await problemOf({ sms: `{code}${'€'.repeat(76)}` })).to.match(/it has 162\.$/);
    expect(await problemOf({ sms: `{code}${'x'.repeat(1_000_000)}` })).to.equal(
      'sms: Must have at most 200 characters.',
    );
  });

  it('want a text message in its own alphabet, and say what that is', async () => {
    expect(await problemOf({ sms: 'Gültig: {code}, señor, là, très' })).to.equal(undefined);
    for (const sms of ['código {code}', '{code} ✓', '“{code}”', 'コード {code}'])
      expect(await problemOf({ sms })).to.match(
        /^sms: Must be in the alphabet of text messages, GSM-7: .*ñ.*without á/,
      );
  });

  it('want the code in every text, and no placeholder that there is not', async () => {
    for (const field of ['sms', 'emailText']) {
      expect(await problemOf({ [field]: 'no code' })).to.equal(`${field}: Must contain {code}.`);
      for (const text of ['{code} {link}', '{code} {}', '{code} {toString}', '{code} {duration}', '{code} {Code}'])
        expect(await problemOf({ [field]: text }), text).to.equal(
          `${field}: Must have no placeholder but {code}, {org}, {minutes}.`,
        );
    }
    expect(await problemOf({ emailSubject: '{org} {code}' })).to.equal(undefined);
    expect(await problemOf({ emailSubject: '{name}' })).to.match(/^emailSubject: Must have no placeholder but/);
  });

  it('take lines, and no other control characters', async () => {
    expect(await problemOf({ emailText: 'Hello\r\n\r\n{code}\nfrom {org}', sms: '{code}\n{org}' })).to.equal(undefined);
    for (const text of ['{code}\u0000', '{code}\u202e', '{code}\t', '{code}\u2028'])
      for (const field of ['sms', 'emailText'])
        expect(await problemOf({ [field]: text })).to.equal(`${field}: Must have no control characters but new lines.`);
    expect(await problemOf({ emailSubject: 'a\nb' })).to.match(/^emailSubject: Must be a text of 1 to 100/);
  });

  it('say at once what is far too long', async () => {
    for (const text of ['{', '{code', ' ', '{code}']) {
      expect(await problemOf({ emailText: text.repeat(200_000) })).to.equal(
        'emailText: Must have at most 2000 characters.',
      );
      expect(await problemOf({ emailSubject: text.repeat(200_000) })).to.match(/^emailSubject: /);
    }
  });
});
