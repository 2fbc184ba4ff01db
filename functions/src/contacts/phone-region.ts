import type { NumberType } from 'libphonenumber-js/max';
import type { CountryCode } from './contact.js';

/** Where a phone number is, as its number plan tells. */
export interface PhoneRegion {
  /** The country, or those that share the number's part of a plan. Empty for international services. */
  readonly countries: readonly CountryCode[];
  readonly callingCode: string;
  /** False for numbers that are no one person's phone, or that cost whoever sends there: premium rate, VoIP, UK 070. */
  readonly isPersonal: boolean;
}

const IMPERSONAL: readonly NumberType[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'VOIP',
  // Calls to it are forwarded, at a price: 070 in the UK, 500 in North America.
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
];

/** @param number in E.164 */
export async function phoneRegion(number: string): Promise<PhoneRegion> {
  // Kinds of number stand in the full set of number plans alone, 145 kB: loaded with the first text message.
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/max');
  const parsed = parsePhoneNumberFromString(number);
  if (parsed === undefined) return { countries: [], callingCode: '', isPersonal: false };
  const countries = parsed.country === undefined ? parsed.getPossibleCountries() : [parsed.country];
  return {
    countries,
    callingCode: parsed.countryCallingCode,
    isPersonal: !IMPERSONAL.includes(parsed.getType()),
  };
}
