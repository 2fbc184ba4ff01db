import { regexes } from 'zod';
import { InvalidRequestError } from '../errors/gatehouse-error.js';

export type ContactKind = 'email' | 'phone';

/** A normalised way to reach a user: a lower-case email address or an E.164 phone number. */
export interface Contact {
  readonly kind: ContactKind;
  readonly value: string;
}

/** The fields of a request that name a contact. */
export interface ContactFields {
  readonly email?: string | undefined;
  readonly phone_number?: string | undefined;
}

/** ISO 3166-1 alpha-2. National numbers are read as numbers of this country. */
export type CountryCode = string;

const EMAIL_MAX_LENGTH = 254;

/** Trims and lower-cases. @throws InvalidRequestError */
export function parseEmail(input: string): Contact {
  const value = input.trim().toLowerCase();
  if (value.length > EMAIL_MAX_LENGTH || !regexes.email.test(value)) {
    throw new InvalidRequestError([{ path: 'email', message: 'Must be a valid email address.' }]);
  }
  return { kind: 'email', value };
}

/**
 * Reads any usual spelling of a phone number into E.164. A number as long as its country has them is taken, whether or not a
 * plan knows it: ranges come up sooner than plans tell of them. Text messages are another matter (phone-region.ts).
 * `path`: the field it came in. @throws InvalidRequestError
 */
export async function parsePhone(input: string, country: CountryCode, path = 'phone_number'): Promise<Contact> {
  // The number plans are 80 kB: loaded with the first phone number, not at start.
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  const number = parsePhoneNumberFromString(input.trim(), { defaultCountry: country as 'US', extract: false });
  if (!number?.isPossible() || number.ext !== undefined) {
    throw new InvalidRequestError([{ path, message: 'Must be a possible phone number, such as +12025550143.' }]);
  }
  return { kind: 'phone', value: number.number };
}

/** Exactly one of email and phone number. @throws InvalidRequestError */
export async function parseEitherContact(fields: ContactFields, country: CountryCode): Promise<Contact> {
  const { email, phone_number: phone } = fields;
  if (email !== undefined && phone === undefined) return parseEmail(email);
  if (phone !== undefined && email === undefined) return parsePhone(phone, country);
  throw new InvalidRequestError([{ path: 'email', message: 'Give either email or phone_number.' }]);
}
