import { errors } from 'jose';

/** Whether the keys could not be had, which says nothing about the token: jose's base error, a time-out, or fetch's TypeError. */
export function isKeyOutage(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && error.cause !== undefined;
}
