import type { Contact } from '../contacts/contact.js';
import { phoneRegion, planCountry } from '../contacts/phone-region.js';
import { SendingStoppedError, SmsNotAllowedError } from '../errors/gatehouse-error.js';
import { PREFIX_HIDDEN_DIGITS } from './delivery-policy.js';
import type { Sender } from './message.js';

/** All but the last four digits of a number of 13. Some plans have longer ones, whose last digits are anybody's to make up. */
const PREFIX_DIGITS_MAX = 9;

/** What needs no count: whether anything may leave at all, and whether this number is one that text messages go to. */
export async function assertMaySend({ settings }: Sender, to: Contact): Promise<void> {
  if (!settings.sendMessages || (to.kind === 'phone' && settings.smsPerDay === 0)) throw new SendingStoppedError();
  if (to.kind === 'phone' && !(await isAllowed(settings, to.value))) throw new SmsNotAllowedError();
}

/** What the provider charges by. */
export async function priceClassOf({ kind, value }: Contact): Promise<string> {
  if (kind === 'email') return 'email';
  const { countries, callingCode } = await phoneRegion(value);
  // Numbers that several countries share are told by what they share.
  return `sms_${countries.length === 1 ? countries[0] : `+${callingCode}`}`;
}

/** The block of ten thousand numbers that a number in E.164 stands in; of the longest numbers a larger one. */
export function prefixOf(number: string): string {
  return number.slice(0, -PREFIX_HIDDEN_DIGITS).slice(0, '+'.length + PREFIX_DIGITS_MAX);
}

async function isAllowed({ smsCountries, defaultCountry }: Sender['settings'], number: string): Promise<boolean> {
  const { countries, isPersonal } = await phoneRegion(number);
  const allowed = (smsCountries ?? [defaultCountry]).map(planCountry);
  // Nobody knows which of several it is in: any of them may be what the org does not pay for.
  return isPersonal && countries.every((country) => allowed.includes(country));
}
