import { expect } from 'chai';
import fc from 'fast-check';
import { orgWith, PHONE } from '../../../test/support/delivery-desk.js';
import {
  ALL_KINDS,
  CODE_PURPOSES,
  HOSTILE_NAMES,
  messageOf,
  NOTICE_TIME,
  PURPOSES,
} from '../../../test/support/message-samples.js';
import type { OrgSettings } from '../../orgs/org-settings.js';
import { LOCALES, type Locale } from '../locale.js';
import { isNoticeKind, type MessagePurpose } from '../message.js';
import { smsText } from './sms.js';
import { loadSmsMeter, type SmsMeter } from './sms-meter.js';

const LONGEST_NAME = 'N'.repeat(30);
const LONGEST_CODE = '0123456789';
const LONGEST_DOMAIN = `${'d'.repeat(32)}.example`;
/** https://wicg.github.io/sms-one-time-codes/#parsing, of the last line. */
const ORIGIN_BOUND = /(?:^|\n)@(?<host>[^\s]+) #(?<code>[^\s]+)$/;

const named = (name: string, settings: Partial<OrgSettings> = {}) => orgWith(settings, { name });
const sms = (org: ReturnType<typeof orgWith>, purpose: MessagePurpose, locale: Locale, code?: string) =>
  smsText(org, messageOf(purpose, locale, PHONE, code));

describe('A text message', () => {
  let meter: SmsMeter;
  before(async () => {
    meter = await loadSmsMeter();
  });

  const parts = {
    'as usual': { name: 'Acme', code: '012345', autofillDomain: null },
    'with a domain': { name: 'Acme', code: '012345', autofillDomain: 'app.acme.example' },
    'with the longest of everything': { name: LONGEST_NAME, code: LONGEST_CODE, autofillDomain: LONGEST_DOMAIN },
  };
  for (const [how, { name, code, autofillDomain }] of Object.entries(parts))
    it(`is one segment in every language ${how}`, async () => {
      for (const { purpose, locale } of ALL_KINDS) {
        const text = await sms(named(name, { autofillDomain }), purpose, locale, code);
        const { encoding, segments } = meter.measure(text);
        expect(segments, text).to.equal(1);
        expect(encoding, text).to.equal(locale === 'ja' ? 'UCS-2' : 'GSM-7');
      }
    });

  it('has the code first, leading zeros kept, and how long it is valid; a notice has the time', async () => {
    for (const { purpose, locale } of ALL_KINDS)
      for (const code of ['0000', '012345', LONGEST_CODE]) {
        const text = await sms(named('Acme'), purpose, locale, code);
        if (!isNoticeKind(purpose)) {
          expect(text.startsWith(`${code} `), text).to.equal(true);
          expect(text.split(code), text).to.have.length(2);
          expect(text).to.match(/10 ?(min|Min|分)/);
        } else expect(text).to.include(NOTICE_TIME).and.not.to.include(code);
      }
  });

  it('says its purpose: no two of one language are the same', async () => {
    for (const locale of LOCALES) {
      const texts = await Promise.all(PURPOSES.map((purpose) => sms(named('Acme'), purpose, locale)));
      expect(new Set(texts).size).to.equal(PURPOSES.length);
    }
  });

  it('calls a code a code, which is what phones look for where there is no line for autofill', async () => {
    for (const locale of LOCALES)
      for (const purpose of CODE_PURPOSES)
        for (const name of ['Acme', ''])
          expect(await sms(named(name), purpose, locale)).to.match(/code\b|codigo|コード/i);
  });

  it('has one full stop behind a name that ends with one', async () => {
    for (const { purpose, locale } of ALL_KINDS)
      expect(await sms(named('Acme S.A.'), purpose, locale))
        .to.include('Acme S.A.')
        .and.not.to.include('..');
  });

  it('ends with the line for autofill as browsers read it, where the org has a domain and there is a code', async () => {
    for (const { purpose, locale } of ALL_KINDS) {
      const text = await sms(named('Acme', { autofillDomain: 'acme.example' }), purpose, locale, '0123');
      const { host, code } = ORIGIN_BOUND.exec(text)?.groups ?? {};
      expect({ host, code }, text).to.deep.equal(
        isNoticeKind(purpose) ? { host: undefined, code: undefined } : { host: 'acme.example', code: '0123' },
      );
      expect(ORIGIN_BOUND.test(await sms(named('Acme'), purpose, locale))).to.equal(false);
    }
  });

  it('leaves out the line for autofill first, then the name', async () => {
    const settings = { autofillDomain: LONGEST_DOMAIN };
    const inFull = await sms(named(LONGEST_NAME, settings), 'login', 'de', LONGEST_CODE);
    expect(inFull).to.include(LONGEST_NAME).and.to.match(ORIGIN_BOUND);
    const unbound = await sms(named(LONGEST_NAME, settings), 'password_reset', 'de', LONGEST_CODE);
    expect(unbound).to.include(LONGEST_NAME).and.not.to.match(ORIGIN_BOUND);
    const nameless = await sms(named(LONGEST_NAME, settings), 'login', 'ja', LONGEST_CODE);
    expect(nameless).to.equal('0123456789 はログインコードです。10分間有効。他人に教えないでください。');
  });

  it('names the org in its own letters where the language needs them anyway', async () => {
    expect(await sms(named('株式会社アクメ'), 'login', 'ja')).to.include(
      '012345 は株式会社アクメのログインコードです。',
    );
    expect(await sms(named('株式会社アクメ'), 'login', 'en')).to.equal(
      '012345 is your login code. Valid for 10 min. Never share it.',
    );
    expect(await sms(named('Ação'), 'login', 'pt')).to.include('codigo de acesso Acao.');
  });

  it('gives everybody their own code, however often the org has sent the like', async () => {
    const org = named('Acme', { autofillDomain: 'acme.example' });
    for (const code of ['111111', '222222', '1111'])
      expect(await sms(org, 'login', 'en', code)).to.equal(
        `${code} is your Acme login code. Valid for 10 min. Never share it.\n\n@acme.example #${code}`,
      );
    expect(await sms(named('Acme', { autofillDomain: 'other.example' }), 'login', 'en')).to.include('@other.example');
    expect(await sms(named('Other', { autofillDomain: 'acme.example' }), 'login', 'en')).to.include('your Other login');
  });

  it("is in the org's own words in every language, each placeholder filled wherever it stands", async () => {
    const own = { sms: '{org}: {code}. Yes, {code}, for {minutes} min, from {org}.' };
    const org = named('$& $1 Acme', { loginTemplate: own, autofillDomain: 'acme.example' });
    for (const locale of LOCALES) {
      expect(await sms(org, 'login', locale)).to.equal(
        '$& $1 Acme: 012345. Yes, 012345, for 10 min, from $& $1 Acme.\n\n@acme.example #012345',
      );
      expect(await sms(org, 'password_reset', locale)).not.to.include('Yes');
    }
  });

  it("is in ours where the org's own would not fit, or would name an org without a name", async () => {
    const named120 = { loginTemplate: { sms: `{code} {org} ${'x'.repeat(110)}` }, autofillDomain: LONGEST_DOMAIN };
    expect(await sms(named(LONGEST_NAME, named120), 'login', 'en')).to.match(/^012345 N{30} x{110}$/);
    for (const own of ['{code} {org}', `{code} ${'x'.repeat(200)}`, `{code} ${'ç'.repeat(100)}`])
      expect(await sms(named('株式会社', { loginTemplate: { sms: own } }), 'login', 'en')).to.equal(
        '012345 is your login code. Valid for 10 min. Never share it.',
      );
    expect(await sms(named('株式会社', { loginTemplate: { sms: 'Code: {code}' } }), 'login', 'en')).to.equal(
      'Code: 012345',
    );
  });

  it('keeps to one segment and one code whatever an org is called', async () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom(...Object.keys(HOSTILE_NAMES), 'N'.repeat(10_000)),
    );
    const domain = fc.option(fc.domain().filter(({ length }) => length <= 40));
    const code = fc.integer({ min: 4, max: 10 }).map((length) => '7392058164'.slice(0, length));
    const kind = fc.record({ purpose: fc.constantFrom(...CODE_PURPOSES), locale: fc.constantFrom(...LOCALES) });
    await fc.assert(
      fc.asyncProperty(name, domain, code, kind, async (text, autofillDomain, digits, { purpose, locale }) => {
        fc.pre(!text.includes(digits) && !(autofillDomain ?? '').includes(digits));
        const said = await sms(named(text, { autofillDomain }), purpose, locale, digits);
        expect(meter.measure(said).segments, said).to.equal(1);
        const [message = '', line] = said.split('\n\n');
        expect(message.startsWith(`${digits} `), said).to.equal(true);
        expect(message.split(digits), said).to.have.length(2);
        expect(message, said).not.to.match(/[\p{Cc}\p{Cf}\p{Extended_Pictographic}@]/u);
        if (line !== undefined) expect(line).to.equal(`@${autofillDomain} #${digits}`);
      }),
      { numRuns: 300 },
    );
  });
});
