import { regexes } from 'zod';

const isE164 = (text: string) => /^\+[1-9]\d{1,14}$/.test(text);
const isSender = (text: string) => isE164(text) || /^(?:\d{3,8}|(?=.*[a-z])[a-z\d ]{1,11})$/i.test(text);
const isUrl = (text: string) => URL.canParse(text) && /^https?:/.test(text);
const isSeconds = (text: string, max: number) => /^[1-9]\d{0,8}$/.test(text) && Number(text) <= max;

/** What a field of a message must be, and the code that says that it is not. We send no other fields. */
const TWILIO_FIELDS: Readonly<Record<string, readonly [isValid: (text: string) => boolean, code: string]>> = {
  To: [isE164, '21211'],
  Body: [(text) => text.length <= 1_600, '21617'],
  From: [isSender, '21212'],
  MessagingServiceSid: [(text) => /^MG[0-9a-f]{32}$/i.test(text), '21705'],
  StatusCallback: [isUrl, '21609'],
  ValidityPeriod: [(text) => isSeconds(text, 36_000), '21624'],
};

/** Twilio's code for what is wrong with a message, or null. */
export function wrongForTwilio(fields: Readonly<Record<string, string>>): string | null {
  const { To, Body, From, MessagingServiceSid } = fields;
  if (To === undefined) return '21604';
  if (Body === undefined || Body === '') return '21602';
  if (From === undefined && MessagingServiceSid === undefined) return '21603';
  // Twilio would choose one of both, and overlook a field that it does not know: of us, either is a mistake.
  if (From !== undefined && MessagingServiceSid !== undefined) return '20001';
  const wrong = Object.keys(fields).find((name) => TWILIO_FIELDS[name]?.[0](fields[name] ?? '') !== true);
  return wrong === undefined ? null : (TWILIO_FIELDS[wrong]?.[1] ?? '20001');
}

/** The body of SendGrid's Mail Send. */
export interface SendGridBody {
  readonly from?: { readonly email: string; readonly name?: string };
  readonly subject?: string;
  readonly personalizations?: readonly { readonly to: readonly { readonly email: string }[] }[];
  readonly content?: readonly { readonly type: string; readonly value: string }[];
  readonly categories?: readonly string[];
  readonly custom_args?: Readonly<Record<string, string>>;
  readonly tracking_settings?: object;
}

const SENDGRID_FIELDS = [
  'from',
  'subject',
  'personalizations',
  'content',
  'categories',
  'custom_args',
  'tracking_settings',
];
const CATEGORIES = { most: 10, maxLength: 255 };
const CUSTOM_ARGS_MAX_BYTES = 10_000;

const isAddress = (text: unknown) => typeof text === 'string' && regexes.email.test(text);
const areTexts = (values: readonly unknown[]) => values.every((value) => typeof value === 'string');

/** The field that SendGrid would complain of, or null. */
export function wrongForSendGrid(body: SendGridBody): string | null {
  const { from, subject, personalizations = [], content = [], categories = [], custom_args: args = {} } = body;
  if (!isAddress(personalizations[0]?.to[0]?.email)) return 'personalizations.0.to.0.email';
  if (!isAddress(from?.email)) return 'from.email';
  if (subject === undefined || subject === '') return 'subject';
  const isEmpty = content.length === 0 || content.some(({ value }) => value === '');
  if (isEmpty || content[0]?.type !== 'text/plain') return 'content';
  if (!areCategories(categories)) return 'categories';
  const isTooLong = Buffer.byteLength(JSON.stringify(args)) >= CUSTOM_ARGS_MAX_BYTES;
  if (isTooLong || !areTexts(Object.values(args))) return 'custom_args';
  return Object.keys(body).find((name) => !SENDGRID_FIELDS.includes(name)) ?? null;
}

function areCategories(categories: readonly string[]): boolean {
  const { most, maxLength } = CATEGORIES;
  const areUnique = new Set(categories).size === categories.length;
  return (
    areUnique && categories.length <= most && areTexts(categories) && categories.every((one) => one.length <= maxLength)
  );
}
