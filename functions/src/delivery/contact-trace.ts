import type { Contact } from '../contacts/contact.js';
import { keyedId } from '../lib/crypto.js';

const PHONE_SHOWN = { head: 2, tail: 2 };

/** What a record keeps of a contact: enough to find its messages by, and to recognise it when asked on the phone. */
export function traceOf(indexKey: Buffer, { kind, value }: Contact): { contactHash: string; contactMask: string } {
  const contactHash = keyedId(indexKey, ['contact', kind, value]);
  return { contactHash, contactMask: kind === 'phone' ? maskPhone(value) : maskEmail(value) };
}

function maskPhone(number: string): string {
  const { head, tail } = PHONE_SHOWN;
  const hidden = Math.max(0, number.length - head - tail);
  return `${number.slice(0, head)}${'*'.repeat(hidden)}${number.slice(-tail)}`;
}

/** The first letter and the domain: the length of a name tells something too. */
function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}***${address.slice(at)}`;
}
