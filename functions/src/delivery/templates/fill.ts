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
  /** `2026-11-22 07:00 UTC` */
  readonly time: string;
}

export function valuesOf(message: Message, org: string): Values {
  if (!('code' in message)) return { code: '', org, minutes: '', duration: '', time: minuteOf(message.at) };
  const minutes = Math.ceil(message.lifetimeSeconds / MINUTE_SECONDS);
  return {
    code: message.code,
    org,
    minutes: String(minutes),
    duration: inWords(minutes, message.locale),
    time: '',
  };
}

/** Every placeholder, in one pass: nothing in a value is taken for a placeholder or a pattern. */
export function fill(
  template: string,
  values: Values,
  written = (value: string, _name: keyof Values) => value,
): string {
  return template.replace(/\{(code|org|minutes|duration|time)\}/g, (_, name: keyof Values) =>
    written(values[name], name),
  );
}

/** A text of ours, with what stands in brackets or without it. */
export function worded(text: string, isNamed: boolean): string {
  return text.replace(/\[([^\]]*)\]/g, (_, optional: string) => (isNamed ? optional : ''));
}

/** Making one takes longer than the rest of a message. */
const FORMATS = new Map<Locale, Intl.NumberFormat>();

function inWords(minutes: number, locale: Locale): string {
  const known = FORMATS.get(locale);
  const format = known ?? new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  FORMATS.set(locale, format);
  return format.format(minutes);
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
