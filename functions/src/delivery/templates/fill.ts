import type { Locale } from '../locale.js';
import type { Message } from '../message.js';

const MINUTE_SECONDS = 60;

/** What placeholders stand for. What a message has not is empty. */
export interface Values {
  readonly code: string;
  readonly org: string;
  /** Whole ones: the code's lifetime, rounded up. */
  readonly minutes: string;
  /** The same with its unit, in words. */
  readonly duration: string;
  /** When it happened, to the minute and with the zone. */
  readonly time: string;
}

/** Says when something happened: milliseconds since the epoch, in a language. */
type TimeFormat = (at: number, locale: Locale) => string;

export function valuesOf(message: Message, org: string, timeOf: TimeFormat = shortTime): Values {
  if (!('code' in message))
    return { code: '', org, minutes: '', duration: '', time: timeOf(message.at, message.locale) };
  const minutes = Math.ceil(message.lifetimeSeconds / MINUTE_SECONDS);
  return {
    code: message.code,
    org,
    minutes: String(minutes),
    duration: inWords(minutes, message.locale),
    time: '',
  };
}

/**
 * Every placeholder, in one pass: nothing in a value is taken for a placeholder or a pattern. A sentence that ends with
 * `Acme Inc.` has that full stop and no other.
 */
export function fill(
  template: string,
  values: Values,
  written = (value: string, _name: keyof Values) => value,
): string {
  return template.replace(
    /\{(code|org|minutes|duration|time)\}(\.?)/g,
    (_, name: keyof Values, stop: string) => written(values[name], name) + (values[name].endsWith('.') ? '' : stop),
  );
}

/** A text of ours, with what stands in brackets or without it. */
export function worded(text: string, isNamed: boolean): string {
  return text.replace(/\[([^\]]*)\]/g, (_, optional: string) => (isNamed ? optional : ''));
}

/** `2026-11-22 07:00 UTC`: as short as a text message needs it, the same in every language. */
function shortTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `November 22, 2026 at 07:00 UTC`, as the language writes it. The zone is never alone on a line. */
export function longTime(at: number, locale: Locale): string {
  return formatsOf(locale).time.format(at).replace(/ UTC$/, '\u00a0UTC');
}

function inWords(minutes: number, locale: Locale): string {
  return formatsOf(locale).minutes.format(minutes);
}

interface Formats {
  readonly minutes: Intl.NumberFormat;
  readonly time: Intl.DateTimeFormat;
}

/** Making one takes longer than the rest of a message. */
const FORMATS = new Map<Locale, Formats>();

const LONG_TIME = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
  timeZoneName: 'short',
} as const;

function formatsOf(locale: Locale): Formats {
  const formats = FORMATS.get(locale) ?? {
    minutes: new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' }),
    time: new Intl.DateTimeFormat(locale, LONG_TIME),
  };
  FORMATS.set(locale, formats);
  return formats;
}
