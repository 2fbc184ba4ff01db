import type { Sender } from '../message.js';
import type { SmsMeter } from './sms-meter.js';

/** What a text message has room for; a name that an org sets for its messages is no longer. */
export const SMS_NAME_MAX = 30;
const NAME_MAX = 100;
/** Looked at no further: a few characters stand for many when they are taken apart. */
const READ_MAX = 1_000;
const PICTURES =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u{20e3}|\p{Variation_Selector}/gu;
/** Turns lines round, hides, or is not a character at all. */
const UNSEEN = /[\p{Cf}\p{Cn}\p{Co}\p{Cs}]/gu;
/**
 * Without these no phone and no mail client makes a link of a name, or reads a domain out of it. The dots of `S.A.` stay: no
 * domain ends with a single letter.
 */
const LINK_MARKS = /:\/\/|[@/\\]|\.(?=\S)(?!,|\p{L}(?:[\s.,]|$))|\u{3002}(?=\S)/gu;

/**
 * What messages call an org: one line of letters, digits and signs. Whatever a name was made of, in it there are no control
 * characters, no pictures and no links. Empty when nothing is left.
 */
export function orgName({ name, settings }: Pick<Sender, 'name' | 'settings'>): string {
  const seen = (settings.senderName ?? name).slice(0, READ_MAX).replace(PICTURES, '').replace(UNSEEN, '');
  return cut(oneLine(seen.normalize('NFKC')), NAME_MAX);
}

/** As short as a text message needs it; with `meter`, in GSM-7. */
export function smsOrgName(name: string, meter: SmsMeter | null): string {
  return cut(meter === null ? name : oneLine(meter.toGsm(name)), SMS_NAME_MAX);
}

function oneLine(text: string): string {
  return text
    .replace(LINK_MARKS, ' ')
    .replace(/[\s\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
}

function cut(text: string, max: number): string {
  return [...text].slice(0, max).join('').trim();
}
