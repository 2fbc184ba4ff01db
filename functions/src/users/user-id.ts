import { type Brand, prefixedId } from '../lib/brand.js';

/** Our own uid, in Identity Platform and in the profile's path. */
export type UserId = Brand<'UserId'>;

export const userId = prefixedId<'UserId'>('usr');
