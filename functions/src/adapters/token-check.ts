import { errors } from 'jose';
import { UnavailableError } from '../errors/gatehouse-error.js';

/** How far clocks of ours and of Google's may be apart. */
export const CLOCK_SKEW_SECONDS = 30;
/** Tokens that Firebase signs are below 2 kB; anything much longer is not parsed. */
const TOKEN_MAX_LENGTH = 8_192;

/** What `check` makes of a token; whatever is wrong with it is `refusal`. @throws UnavailableError when the keys can't be had */
export async function checkToken<T>(
  token: string,
  check: () => Promise<T>,
  refusal: (cause?: unknown) => Error,
): Promise<T> {
  if (token.length > TOKEN_MAX_LENGTH) throw refusal();
  try {
    return await check();
  } catch (error) {
    throw isKeyOutage(error) ? new UnavailableError(error) : refusal(error);
  }
}

/** Which says nothing about the token: jose's base error, a time-out, or fetch's TypeError. */
function isKeyOutage(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && error.cause !== undefined;
}
