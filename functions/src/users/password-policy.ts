import { InvalidRequestError } from '../errors/gatehouse-error.js';

/** Characters (code points) that a Partner API password has at least. */
export const PARTNER_PASSWORD_MIN = 6;
/** The same of a password of the main app. */
export const ACCOUNT_PASSWORD_MIN = 8;
/** And at most: hashing is not free. */
export const PASSWORD_MAX = 256;

/** Checks the length in code points against the API's and the org's minimum. Nothing is trimmed. @throws InvalidRequestError */
export function assertPasswordAllowed(password: string, minimum: number, path: string): void {
  const length = [...password].length;
  if (length < minimum) throw new InvalidRequestError([{ path, message: `Must have at least ${minimum} characters.` }]);
  if (length > PASSWORD_MAX)
    throw new InvalidRequestError([{ path, message: `Must have at most ${PASSWORD_MAX} characters.` }]);
}

/** @throws InvalidRequestError */
export function assertPasswordDiffers(password: string, current: string, path: string): void {
  if (password === current)
    throw new InvalidRequestError([{ path, message: 'Must differ from the current password.' }]);
}

/** A Partner API password: the org may ask for more characters than the API does, not for fewer. @throws InvalidRequestError */
export function assertPartnerPassword(
  password: string,
  settings: { readonly passwordMinLength: number },
  path: string,
): void {
  assertPasswordAllowed(password, Math.max(PARTNER_PASSWORD_MIN, settings.passwordMinLength), path);
}
