import type { NumberType } from 'libphonenumber-js/max';
import type { CountryCode } from './contact.js';

/** Where a phone number is, as number plans tell. */
export interface PhoneRegion {
  /** The country whose plan has the number; each of them where several have it. Empty where none has. */
  readonly countries: readonly CountryCode[];
  readonly callingCode: string;
  /** False for numbers in no plan, no one person's phone, or that cost whoever sends there: premium rate, VoIP, UK 070. */
  readonly isPersonal: boolean;
}

/** Whatever else a plan may tell of, a number is not one person's, or costs whoever sends there. */
const PERSONAL: readonly NumberType[] = ['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE'];

/** Territories whose mobile numbers nobody can tell from those of the country whose plan they share. */
const SHARED_PLANS: ReadonlyMap<CountryCode, CountryCode> = new Map([
  ['AX', 'FI'],
  ['BL', 'GP'],
  ['CC', 'AU'],
  ['CX', 'AU'],
  ['EH', 'MA'],
  ['MF', 'GP'],
  ['SJ', 'NO'],
  ['VA', 'IT'],
]);

/** The country that numbers of this one count as. */
export function planCountry(country: CountryCode): CountryCode {
  return SHARED_PLANS.get(country) ?? country;
}

/** @param number in E.164 */
export async function phoneRegion(number: string): Promise<PhoneRegion> {
  // Kinds of number stand in the full set of number plans alone, 145 kB: loaded with the first text message.
  const { parsePhoneNumberFromString, PhoneNumber } = await import('libphonenumber-js/max');
  const read = parsePhoneNumberFromString(number);
  // Read as another number than it is written, it would be judged by one and sent to the other.
  if (read?.number !== number) return { countries: [], callingCode: '', isPersonal: false };
  // Without a country yet: the library picks the first whose plan has the number.
  const plans = new PhoneNumber(read.number).getPossibleCountries().flatMap((country) => {
    const type = Object.assign(new PhoneNumber(read.number), { country }).getType();
    return type === undefined ? [] : [{ country: planCountry(country), type }];
  });
  return {
    countries: [...new Set(plans.map(({ country }) => country))],
    callingCode: read.countryCallingCode,
    isPersonal: plans.length > 0 && plans.every(({ type }) => PERSONAL.includes(type)),
  };
}
