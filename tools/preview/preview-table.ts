import { table } from '../../functions/src/admin/cli/cli-table.js';
import type { Sample, SmsSample } from './samples.js';

const HEADINGS = [
  'message',
  'locale',
  'encoding',
  'characters',
  'segments',
  'has',
  'at its longest',
  'segments',
  'has',
];

/** What each text message takes: as it usually is, and with the longest code, name and domain. */
export function previewTable(samples: readonly Sample[]): string {
  const rows = samples.map(({ purpose, locale, sms, longest }) => [
    purpose,
    locale,
    sms.encoding,
    sms.characters,
    sms.segments,
    partsOf(sms),
    longest.characters,
    longest.segments,
    partsOf(longest),
  ]);
  const over = overlong(samples).length;
  const of = `${samples.length} text messages, each with a usual code and name and with the longest:`;
  return `${table(HEADINGS, rows)}\n\n${of} ${over === 0 ? 'none takes' : over === 1 ? '1 takes' : `${over} take`} more than one segment.`;
}

/** Those that would cost more than one message. */
export function overlong(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(({ sms, longest }) => sms.segments > 1 || longest.segments > 1);
}

function partsOf({ hasName, hasDomain }: SmsSample): string {
  return [...(hasName ? ['name'] : []), ...(hasDomain ? ['autofill'] : [])].join(', ') || '-';
}
