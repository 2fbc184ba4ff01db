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
  /** 'From' is not a number of this account; it is missing. */
  [21601, 'account'],
  [21603, 'account'],
  /** A trial account, or one without an approved compliance profile, and a number that it has not verified. */
  [21608, 'destination'],
  /** The recipient has opted out. */
  [21610, 'destination'],
  /** Can't be sent with this 'To' and 'From'. */
  [21612, 'destination'],
  /** 'To' is not a valid mobile number. */
  [21614, 'destination'],
  /** 'To' is a landline. */
  [21635, 'destination'],
  /** 'From' is not a number of Twilio's (a short code: see below); not one of this account; can't send text messages. */
  [21659, 'account'],
  [21660, 'account'],
  [21661, 'account'],
  /** The messaging service does not exist; has no sender for this 'To'; has none at all; its name is none. */
  [21701, 'account'],
  [21703, 'destination'],
  [21704, 'account'],
  [21705, 'account'],
  /** Account suspended. */
  [30002, 'account'],
  /** Pumping protection of Messaging, and of Verify. */
  [30450, 'region'],
  [30453, 'region'],
  [60410, 'region'],
  /** The account's messages of a day are used up: tomorrow it may send again, and not in seconds. */
  [63038, 'account'],
]);

const SHORT_CODE = /^\d{3,8}$/;
/** Not a number of Twilio's, or a short code of another country than 'To'. */
const NO_SENDER_OR_ABROAD = 21659;

/** `sender`: who was to send it. Numbers that a short code does not reach are their own trouble, and not the account's. */
export function becauseOf(code: number, sender: string): Because | undefined {
  return code === NO_SENDER_OR_ABROAD && SHORT_CODE.test(sender) ? 'destination' : CODES.get(code);
}
