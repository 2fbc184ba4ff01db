import fc from 'fast-check';
import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

/** Of countries, of services that are in none, and some that nobody has. */
export const CALLING_CODES: readonly string[] = [
  ...new Set(getCountries().map((country) => String(getCountryCallingCode(country)))),
  ...['800', '808', '870', '878', '881', '882', '883', '888', '979', '210', '999'],
];

/** Numbers behind a calling code, few of them anybody's. */
export function numbersOf(callingCode: string): fc.Arbitrary<string> {
  return fc.stringMatching(/^\d{5,11}$/).map((national) => `+${callingCode}${national}`.slice(0, 16));
}
