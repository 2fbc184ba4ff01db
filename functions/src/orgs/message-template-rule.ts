import { z } from 'zod';
import { CODE_LENGTH, CODE_LIFETIME_SECONDS } from '../codes/code-policy.js';
import { fill } from '../delivery/templates/fill.js';
import { SMS_NAME_MAX } from '../delivery/templates/org-name.js';
import type { SmsMeter } from '../delivery/templates/sms-meter.js';
import { displayName } from '../edits/display-name.js';
import type { MessageTemplate } from './org-settings.js';

const EMAIL_SUBJECT_MAX = 100;
const EMAIL_TEXT_MAX = 2_000;
/** What one segment has room for. A template may be a little longer: `{minutes}` stands for two characters. */
const SMS_CHARACTERS = 160;
const SMS_TEMPLATE_MAX = 200;
const PLACEHOLDERS = ['code', 'org', 'minutes'] as const;
/** As long as they get. */
const LONGEST = {
  code: '0'.repeat(CODE_LENGTH.max),
  org: 'N'.repeat(SMS_NAME_MAX),
  minutes: String(Math.ceil(CODE_LIFETIME_SECONDS.max / 60)),
  duration: '',
  time: '',
};

const TEXT_PROBLEM = 'Must be a text.';
const PLACEHOLDER_PROBLEM = `Must have no placeholder but ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`;
const UNSEEN_PROBLEM = 'Must have no control characters but new lines.';
const UNSEEN = /(?![\r\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const ALPHABET_PROBLEM =
  'Must be in the alphabet of text messages, GSM-7: a to z, digits, à ä å æ è é ì ñ ò ö ø ù ü ß and usual signs; without á ç ê í ó õ ú, curly quotes or emoji.';
const SEGMENT_PROBLEM = `Must fit one text message of ${SMS_CHARACTERS} characters, of which {code} may take ${LONGEST.code.length}, {org} ${LONGEST.org.length} and {minutes} ${LONGEST.minutes.length}`;

/** An org's own texts of one purpose. */
export function messageTemplate(meter: SmsMeter): z.ZodType<MessageTemplate> {
  return z.strictObject(
    {
      sms: text(SMS_TEMPLATE_MAX, (written) => segmentProblem(written, meter)).optional(),
      emailSubject: displayName(EMAIL_SUBJECT_MAX).refine(hasKnownPlaceholders, PLACEHOLDER_PROBLEM).optional(),
      emailText: text(EMAIL_TEXT_MAX).optional(),
    },
    'Must be a map of sms, emailSubject and emailText, or null.',
  );
}

function text(max: number, problemOf: (text: string) => string | null = () => null) {
  return z.string(TEXT_PROBLEM).superRefine((written, context) => {
    const message = textProblem(written, max) ?? problemOf(written);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

/** The length first: what is too long is looked at no further. */
function textProblem(written: string, max: number): string | null {
  if (written.length > max) return `Must have at most ${max} characters.`;
  if (!written.includes('{code}')) return 'Must contain {code}.';
  if (!hasKnownPlaceholders(written)) return PLACEHOLDER_PROBLEM;
  return UNSEEN.test(written) ? UNSEEN_PROBLEM : null;
}

function hasKnownPlaceholders(written: string): boolean {
  return [...written.matchAll(/\{([^{}]*)\}/g)].every(([, name]) => PLACEHOLDERS.some((known) => known === name));
}

/** Whether it is one segment whatever the placeholders come to stand for. */
function segmentProblem(written: string, meter: SmsMeter): string | null {
  const { encoding, characters, segments } = meter.measure(fill(written, LONGEST));
  if (encoding !== 'GSM-7') return ALPHABET_PROBLEM;
  return segments === 1 ? null : `${SEGMENT_PROBLEM}: it has ${characters}.`;
}
