import { InvalidRequestError } from '../errors/gatehouse-error.js';

/** How long a rotated key or secret works beside its successor, in days. */
export const GRACE_DAYS = { min: 0, usual: 7, max: 30 };

/** @throws InvalidRequestError */
export function checkGraceDays(days: number): void {
  const { min, max } = GRACE_DAYS;
  if (Number.isInteger(days) && days >= min && days <= max) return;
  throw new InvalidRequestError([{ path: 'graceDays', message: `Must be a whole number from ${min} to ${max}.` }]);
}
