import { expect } from 'chai';
import fc from 'fast-check';
import { codeMessage, EMAIL, orgWith } from '../../../test/support/delivery-desk.js';
import { ALL_KINDS, CODE_PURPOSES, HOSTILE_NAMES, messageOf, PURPOSES } from '../../../test/support/message-samples.js';
import type { OrgSettings } from '../../orgs/org-settings.js';
import { LOCALES } from '../locale.js';
import { isNoticeKind } from '../message.js';
import { mailOf } from './mail.js';

const named = (name: string, settings: Partial<OrgSettings> = {}) => orgWith(settings, { name });
const tagsOf = (html: string) => html.match(/<[^>]*>/g);

/** What a reader sees of a mail, a line for each paragraph. */
function seenIn(html: string): readonly string[] {
  const body = html.slice(html.indexOf('<h1')).replace(/<br>/g, '\n');
  const texts = body.split(/<\/(?:h1|p|td)>/).map((part) => part.replace(/<[^>]*>/g, '').trim());
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
  return texts
    .filter((text) => text !== '')
    .map((text) => text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? ''));
}

describe('A mail', () => {
  it('says the same in its text as in its HTML, under its subject', () => {
    for (const name of ['Acme', "<b>A&B's</b>", '🚀'])
      for (const { purpose, locale } of ALL_KINDS) {
        const { subject, text, html } = mailOf(named(name), messageOf(purpose, locale));
        expect(seenIn(html)).to.deep.equal([subject, ...text.split('\n\n')]);
      }
  });

  it('has the code on a line of its own, and not in the subject; a notice has the time', () => {
    for (const { purpose, locale } of ALL_KINDS) {
      const { subject, text, html } = mailOf(named('Acme'), messageOf(purpose, locale));
      expect(subject).not.to.include('012345');
      if (!isNoticeKind(purpose)) {
        expect(text.split('\n').filter((line) => line === '012345')).to.have.length(1);
        expect(html.split('>012345<')).to.have.length(2);
      } else
        expect(text)
          .to.match(/2026.+07:00\u00a0UTC/)
          .and.not.to.include('012345');
      expect(text).to.include('Acme');
      expect(subject).to.include('Acme');
    }
  });

  it('shows the code in the preview line of an inbox, with nothing behind it', () => {
    const { html } = mailOf(named('Acme'), messageOf('login', 'en'));
    expect(html).to.match(/<body[^>]*>\s*<div style="display:none[^>]*>012345(?:&zwnj;&nbsp;)+<\/div>/);
  });

  it('is in the language asked for, each text its own', () => {
    const subjects = ALL_KINDS.map(({ purpose, locale }) => mailOf(named('Acme'), messageOf(purpose, locale)).subject);
    expect(new Set(subjects).size).to.equal(LOCALES.length * PURPOSES.length);
    for (const locale of LOCALES)
      expect(mailOf(named('Acme'), messageOf('login', locale)).html).to.match(
        new RegExp(`^<!doctype html>\n<html lang="${locale}" dir="ltr">[^]*<table [^>]*lang="${locale}" dir="ltr"`),
      );
  });

  it('says minutes as the language does, rounded up', () => {
    const saying = (lifetimeSeconds: number, locale: (typeof LOCALES)[number]) =>
      mailOf(named('Acme'), codeMessage(EMAIL, { lifetimeSeconds, locale })).text;
    expect(saying(60, 'en')).to.include('valid for 1 minute.');
    expect(saying(61, 'en')).to.include('valid for 2 minutes.');
    expect(saying(600, 'en')).to.include('valid for 10 minutes.');
    expect(saying(60, 'de')).to.include('gilt 1 Minute.');
    expect(saying(600, 'de')).to.include('gilt 10 Minuten.');
    expect(saying(60, 'ja')).to.include('1分間');
  });

  it('says when something happened as the language does, with the zone', () => {
    const said = LOCALES.map((locale) => mailOf(named('Acme'), messageOf('new_device', locale)).text.split('\n')[0]);
    expect(said.map((text) => text?.replaceAll('\u00a0', ' '))).to.deep.equal([
      'Somebody logged in to your Acme account from a new device on November 22, 2026 at 07:00 UTC.',
      'Se inició sesión en su cuenta de Acme desde un dispositivo nuevo el 22 de noviembre de 2026 a las 07:00 UTC.',
      'Un nouvel appareil s’est connecté à votre compte Acme le 22 novembre 2026 à 07:00 UTC.',
      'In Ihrem Konto bei Acme hat sich am 22. November 2026 um 07:00 UTC jemand von einem neuen Gerät aus angemeldet.',
      'Um novo dispositivo acessou sua conta Acme em 22 de novembro de 2026 às 07:00 UTC.',
      '2026年11月22日 07:00 UTCに、新しい端末からAcmeのアカウントへのログインがありました。',
    ]);
  });

  it('is set as the language is: in French with a space that does not break before a colon', () => {
    for (const purpose of PURPOSES) {
      const { subject, text } = mailOf(named('Acme'), messageOf(purpose, 'fr'));
      expect(`${subject}\n${text}`).not.to.match(/[^\u00a0\d][:;!?]|'/);
    }
  });

  it('has one full stop behind a name that ends with one', () => {
    for (const { purpose, locale } of ALL_KINDS) {
      const { text, html } = mailOf(named('Acme S.A.'), messageOf(purpose, locale));
      expect(`${text} ${html}`).to.include('Acme S.A.').and.not.to.include('..');
    }
  });

  it('loads nothing, links nowhere and runs nothing', () => {
    for (const name of ['Acme', ...Object.keys(HOSTILE_NAMES)])
      for (const { purpose, locale } of ALL_KINDS) {
        const { html } = mailOf(named(name), messageOf(purpose, locale));
        expect(tagsOf(html)?.join('')).not.to.match(
          /<(?:a|img|script|link|iframe|form|base|object)\b|src=|href=|url\(|https?:|\son\w+=/i,
        );
      }
  });

  it('keeps its tags whatever an org is called, and its headers to one line', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom(...Object.keys(HOSTILE_NAMES)));
    const kind = fc.constantFrom(...ALL_KINDS);
    fc.assert(
      fc.property(text, kind, (name, { purpose, locale }) => {
        const plain = mailOf(named('Acme'), messageOf(purpose, locale));
        const { html, subject } = mailOf(named(`N${name}`), messageOf(purpose, locale));
        expect(tagsOf(html)).to.deep.equal(tagsOf(plain.html));
        expect(subject).not.to.match(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 300 },
    );
  });

  describe("in an org's own words", () => {
    const loginTemplate = {
      emailSubject: '{org} <{minutes}>',
      emailText: 'Hi & welcome to {org}!\nYour code is {code}.\r\n\r\n{code}\r\n\r\n{org} <b>{minutes}</b> min',
    };
    const org = named("A&B $& $' {code}", { loginTemplate, locale: 'pt' });

    it('fills each placeholder wherever it stands, and escapes all of it', () => {
      const { subject, text, html } = mailOf(org, messageOf('login', 'en'));
      expect(subject).to.equal("A&B $& $' {code} <10>");
      expect(text).to.equal(
        "Hi & welcome to A&B $& $' {code}!\nYour code is 012345.\n\n012345\n\nA&B $& $' {code} <b>10</b> min",
      );
      expect(seenIn(html)).to.deep.equal([subject, ...text.split('\n\n')]);
      expect(html)
        .to.include('&lt;b&gt;10&lt;/b&gt;')
        .and.to.match(/<td class="code"[^>]*>012345<\/td>/);
    });

    it('is the same in every language, and says which it is: the own of the org', () => {
      const [first, ...others] = LOCALES.map((locale) => mailOf(org, messageOf('login', locale)));
      for (const mail of others) expect(mail).to.deep.equal(first);
      expect(first?.html).to.include('<html lang="pt" dir="ltr">');
    });

    it('takes what it leaves out from ours, and other messages altogether', () => {
      const partly = named('Acme', {
        loginTemplate: { emailSubject: 'Hello' },
        resetTemplate: { emailText: '{code}!' },
      });
      expect(mailOf(partly, messageOf('login', 'en'))).to.include({ subject: 'Hello' });
      expect(mailOf(partly, messageOf('login', 'en')).text).to.include('Use this code to log in to Acme:');
      expect(mailOf(partly, messageOf('password_reset', 'en'))).to.include({
        subject: 'Your Acme password reset code',
        text: '012345!',
      });
      expect(mailOf(org, messageOf('new_device', 'en')).text).not.to.include('welcome');
    });

    it('is in ours where it would name an org without a name', () => {
      const { subject, text } = mailOf(named('🚀', { loginTemplate }), messageOf('login', 'en'));
      expect(subject).to.equal('Your login code');
      expect(text).to.include('Use this code to log in:');
    });
  });

  it('has a text for each purpose in each language that asks never to share a code', () => {
    const never = {
      en: 'Never share',
      es: 'No lo comparta',
      fr: 'à personne',
      de: 'niemals weiter',
      pt: 'Nunca',
      ja: '教えないで',
    };
    for (const locale of LOCALES)
      for (const purpose of CODE_PURPOSES)
        expect(mailOf(named('Acme'), messageOf(purpose, locale)).text).to.include(never[locale]);
  });
});
