import { LRUCache } from 'lru-cache';
import type { Message, Sender } from '../message.js';
import { fill, valuesOf, worded } from './fill.js';
import { orgName, smsOrgName } from './org-name.js';
import { overrideOf, usable } from './override.js';
import { loadSmsMeter, type SmsMeter } from './sms-meter.js';
import { TEXTS } from './texts.js';

/** A way to say it: the template, what it calls the org, and the site that phones fill the code into. */
interface Wording {
  readonly template: string;
  readonly org: string;
  readonly domain: string | null;
}

/**
 * Measuring takes longer than all the rest of a message. Digits are as wide as each other, so that what one code fits into
 * fits every other of its length.
 */
const FITTING = new LRUCache<string, Wording>({ max: 1_000 });

/** In one segment: where not everything fits, first the line for autofill is left out, then the name, never the code. */
export async function smsText(sender: Sender, message: Message): Promise<string> {
  const name = orgName(sender);
  const override = overrideOf(sender, message.purpose).sms;
  const domain = 'code' in message ? sender.settings.autofillDomain : null;
  const { code, minutes } = valuesOf(message, name);
  const key = JSON.stringify([message.locale, message.purpose, name, override, domain, minutes, code.length]);
  const wording = FITTING.get(key) ?? fitting(await loadSmsMeter(), { name, override, domain }, message);
  FITTING.set(key, wording);
  return written(wording, message);
}

interface Parts {
  readonly name: string;
  readonly override: string | undefined;
  readonly domain: string | null;
}

function fitting(meter: SmsMeter, parts: Parts, message: Message): Wording {
  const ours = TEXTS[message.locale][message.purpose].sms;
  const shortest: Wording = { template: worded(ours, false), org: '', domain: null };
  const wordings = [...namedWordings(meter, parts, ours), shortest].flatMap((wording) =>
    parts.domain === null ? [wording] : [{ ...wording, domain: parts.domain }, wording],
  );
  return wordings.find((wording) => meter.measure(written(wording, message)).segments === 1) ?? shortest;
}

/** The org's own words before ours. */
function namedWordings(meter: SmsMeter, { name, override }: Parts, ours: string): readonly Wording[] {
  const named = (template: string): Wording => {
    const isGsm = meter.measure(template).encoding === 'GSM-7';
    return { template, org: smsOrgName(name, isGsm ? meter : null), domain: null };
  };
  const templates = override === undefined ? [worded(ours, true)] : [override, worded(ours, true)];
  return templates.map(named).filter(({ template, org }) => usable(template, org) !== null);
}

function written({ template, org, domain }: Wording, message: Message): string {
  const values = valuesOf(message, org);
  const text = fill(template, values);
  return domain === null ? text : `${text}\n\n${originBound(domain, values.code)}`;
}

/** The last line, with nothing behind it: https://wicg.github.io/sms-one-time-codes/#format */
function originBound(domain: string, code: string): string {
  return `@${domain} #${code}`;
}
