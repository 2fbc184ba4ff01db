import { CHALLENGE_PURPOSES } from '../../src/codes/challenge-record.js';
import { LOCALES, type Locale } from '../../src/delivery/locale.js';
import { isNoticeKind, type Message, type MessagePurpose, NOTICE_KINDS } from '../../src/delivery/message.js';
import { codeMessage, EMAIL } from './delivery-desk.js';

export const CODE_PURPOSES = CHALLENGE_PURPOSES;
export const PURPOSES: readonly MessagePurpose[] = [...CODE_PURPOSES, ...NOTICE_KINDS];
export const NOTICE_AT = Date.UTC(2026, 10, 22, 7);
export const NOTICE_TIME = '2026-11-22 07:00 UTC';

/** Names that are to come out harmless, and what of them may be read in the end. */
export const HOSTILE_NAMES: Readonly<Record<string, string>> = {
  "<script>alert('1')</script>": "<script>alert('1')< script>",
  'A"B\'C&D': 'A"B\'C&D',
  'Acme\r\nBcc: eve@evil.example': 'Acme Bcc: eve evil example',
  '🚀Acme👩‍👩‍👧 🇫🇷1️⃣': 'Acme 1',
  'https://evil.example/login?x=1': 'https evil example login?x=1',
  'Acme evil.example': 'Acme evil example',
  '\u202eemcA\u202c\u200b': 'emcA',
  'ｅｖｉｌ．ｅｘａｍｐｌｅ': 'evil example',
  '$& $1 {code} {org}': '$& $1 {code} {org}',
};

export function messageOf(purpose: MessagePurpose, locale: Locale, to = EMAIL, code = '012345'): Message {
  if (isNoticeKind(purpose)) return { to, purpose, locale, at: NOTICE_AT };
  return codeMessage(to, { purpose, locale, code });
}

/** Every message in every language. */
export const ALL_KINDS = PURPOSES.flatMap((purpose) => LOCALES.map((locale) => ({ purpose, locale })));
