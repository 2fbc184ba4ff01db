import type { Message, Sender } from '../message.js';
import { fill, longTime, valuesOf, worded } from './fill.js';
import { mailHtml } from './mail-html.js';
import { orgName } from './org-name.js';
import { overrideOf, usable } from './override.js';
import { TEXTS } from './texts.js';

type Mail = Readonly<Record<'subject' | 'text' | 'html', string>>;

/** Text and HTML are made of the same paragraphs, so that both say the same. */
export function mailOf(sender: Sender, message: Message): Mail {
  const name = orgName(sender);
  const values = valuesOf(message, name, longTime);
  const ours = TEXTS[message.locale][message.purpose];
  const override = overrideOf(sender, message.purpose);
  const ownText = usable(override.emailText, name);
  const subject = usable(override.emailSubject, name) ?? worded(ours.emailSubject, name !== '');
  const paragraphs = paragraphsOf(ownText ?? worded(ours.emailText, name !== ''));
  const content = { subject: oneLine(fill(subject, values)), paragraphs, values };
  return {
    subject: content.subject,
    text: paragraphs.map((paragraph) => fill(paragraph, values)).join('\n\n'),
    // An org's own words are in its own language, whatever the user's.
    html: mailHtml(content, ownText === null ? message.locale : sender.settings.locale),
  };
}

function paragraphsOf(text: string): readonly string[] {
  return text
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(/\n\s*\n/);
}

/** A header ends where its line does. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
