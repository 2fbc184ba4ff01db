import type { ErrorAnswer } from '../not-accepted-error.js';

type Because = NonNullable<ErrorAnswer['because']>;

/**
 * Whose fault a refusal of Twilio is, where its HTTP status does not say. Twilio adds codes as it goes: a new one is taken
 * by its status. An opt-out is about one number: it must not shut out its whole prefix.
 * @see https://www.twilio.com/docs/api/errors
 */
const CODES: ReadonlyMap<number, Because> = new Map<number, Because>([
  /** Account not active. */
  [10001, 'account'],
  /** Authentication error; no such account, which is all that we ask for by name. */
  [20003, 'account'],
  [20404, 'account'],
  /** Invalid 'To' phone number. */
  [21211, 'destination'],
  /** Invalid 'From' number. */
  [21212, 'account'],
  /** 'To' can't be reached; does not appear to be valid. */
  [21214, 'destination'],
  [21217, 'destination'],
  /** 'To' is a short code; an information or premium service. */
  [21265, 'destination'],
  [21268, 'destination'],
  /** Geo permissions: the region is switched off, or not served. */
  [21408, 'region'],
  /** 'From' is missing. */
  [21603, 'account'],
  /** A trial account, and a number that it has not verified. */
  [21608, 'destination'],
  /** The recipient has opted out. */
  [21610, 'destination'],
  /** Can't be sent with this 'To' and 'From'. */
  [21612, 'destination'],
  /** 'To' is not a valid mobile number. */
  [21614, 'destination'],
  /** 'To' is a landline. */
  [21635, 'destination'],
  /** 'From' is not a number of Twilio's; not one of this account; can't send text messages. */
  [21659, 'account'],
  [21660, 'account'],
  [21661, 'account'],
  /** The messaging service does not exist; its name is none. */
  [21701, 'account'],
  [21705, 'account'],
  /** Account suspended. */
  [30002, 'account'],
  /** Pumping protection of Messaging, and of Verify. */
  [30450, 'region'],
  [30453, 'region'],
  [60410, 'region'],
]);

export function becauseOf(code: number): Because | undefined {
  return CODES.get(code);
}
