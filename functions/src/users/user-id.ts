import { type Brand, prefixedId } from '../lib/brand.js';

/** A uid, in Identity Platform and in the profile's path: our own, or in the main app one that somebody else gave. */
export type UserId = Brand<'UserId'>;

export const userId = prefixedId<'UserId'>('usr');

/** Ids that Identity Platform or the main app itself gave: one segment of a path, and no name that Firestore reserves. */
const GIVEN_ID = /^[A-Za-z0-9][\w.|:@+-]{0,127}$/;

/** Whether it can be the id of any user: one of the main app need not have come through here. */
export function isGivenUserId(value: unknown): value is UserId {
  return typeof value === 'string' && GIVEN_ID.test(value);
}
