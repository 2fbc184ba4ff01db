import { expect } from 'chai';
import fc from 'fast-check';
import { HOSTILE_NAMES } from '../../../test/support/message-samples.js';
import { DEFAULT_ORG_SETTINGS } from '../../orgs/org-settings.js';
import { orgName, SMS_NAME_MAX, smsOrgName } from './org-name.js';
import { loadSmsMeter, type SmsMeter } from './sms-meter.js';

const nameOf = (name: string) => orgName({ name, settings: DEFAULT_ORG_SETTINGS });
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 80 }));

describe('orgName', () => {
  let meter: SmsMeter;
  before(async () => {
    meter = await loadSmsMeter();
  });

  it('is a name as it stands where nothing is wrong with it', () => {
    for (const name of ['Acme', "O'Neil & Co.", 'Söhne-Bank 24', '株式会社アクメ', 'Łódź Bank', 'בנק'])
      expect(nameOf(name)).to.equal(name);
  });

  it('keeps the dots of what is abbreviated, and none that a domain could have', () => {
    for (const name of ['Acme Inc.', 'Acme S.A.', 'Acme S.p.A., Roma', 'J.P. Morgan', 'O.N.E'])
      expect(nameOf(name)).to.equal(name);
    const linked = { 'S.A.co': 'S.A co', 'a.b.co': 'a.b co', 'x.y-z': 'x y-z', '1.2.3.4': '1 2 3 4', 'a.b1': 'a b1' };
    for (const [name, left] of Object.entries(linked)) expect(nameOf(name)).to.equal(left);
    expect(smsOrgName(nameOf('evil.c→om'), meter)).to.equal('evil com');
  });

  it('is harmless whatever it was made of', () => {
    for (const [name, left] of Object.entries(HOSTILE_NAMES)) expect(nameOf(name), name).to.equal(left);
  });

  it('is empty where nothing is left, and no longer than a line', () => {
    for (const name of ['', ' \n\t', '🚀🎉', '\u200b\u202e', '\ud800']) expect(nameOf(name)).to.equal('');
    expect(nameOf('N'.repeat(10_000))).to.have.length(100);
    expect(nameOf('\u{fdfa}'.repeat(10_000))).to.have.length(100);
  });

  it('has never a control character, a picture or a link in it, in no alphabet', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = nameOf(text);
        for (const shown of [name, smsOrgName(name, meter), smsOrgName(name, null)])
          expect(shown).not.to.match(
            /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Extended_Pictographic}@/]|\.\p{N}|\.[^\s.,]{2}|^\s|\s$|\s\s/u,
          );
      }),
      { numRuns: 500 },
    );
  });

  it('comes into the alphabet of text messages with as much as can be of it', () => {
    const names = {
      "O’Neil's Café": "O'Neil's Café",
      'Ação São José': 'Acao Sao José',
      Škoda: 'Skoda',
      'Söhne & Ñandú': 'Söhne & Ñandu',
      'Acme 東京': 'Acme',
      'Acme [DE] €': 'Acme DE',
      株式会社: '',
      'evil。example': 'evil example',
    };
    for (const [name, gsm] of Object.entries(names)) expect(smsOrgName(nameOf(name), meter), name).to.equal(gsm);
  });

  it('counts each of its characters once there, of which there are few enough', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = smsOrgName(nameOf(text), meter);
        const { encoding, characters } = meter.measure(name);
        expect(encoding).to.equal('GSM-7');
        expect(characters).to.equal(name.length).and.to.be.at.most(SMS_NAME_MAX);
      }),
      { numRuns: 200 },
    );
  });
});
