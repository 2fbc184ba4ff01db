import type { Locale } from '../locale.js';
import type { MessagePurpose } from '../message.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { ja } from './ja.js';
import { pt } from './pt.js';

/**
 * What is said for one purpose. Placeholders: `{org}`, and `{code}`, `{minutes}`, `{duration}` (minutes with their unit) of a
 * code, or `{time}` of a notice. What stands in brackets is left out where there is no name to call the org by.
 */
export interface PurposeTexts {
  /** Characters of GSM-7 alone, but for Japanese: one other, such as á or ç, and a text message holds 70 instead of 160. */
  readonly sms: string;
  /**
   * Without the code: subjects are kept and can be searched for in the provider's activity feed and in the logs of mail
   * servers. The preview line of an inbox shows it, from the preheader.
   */
  readonly emailSubject: string;
  /** Paragraphs with an empty line between them. One that is `{code}` alone is shown large. */
  readonly emailText: string;
}

export interface Texts extends Readonly<Record<MessagePurpose, PurposeTexts>> {
  /** Whom a mail is from, where there is no name to call the org by. */
  readonly unnamedSender: string;
}

export const TEXTS: Readonly<Record<Locale, Texts>> = { en, es, fr, de, pt, ja };
