import { HOUR_MS } from '../lib/clock.js';

/** Documents that are read at once, and then told of as progress. */
export const DELETION_PAGE = 100;
/** Removals at once: four calls to Firestore each for a user, none to Identity Platform. */
export const DELETION_CONCURRENCY = 10;
/** By then the lease of every registration that is under way now has ended, whatever the clock that it was set by. */
export const REGISTRATIONS_END_MS = HOUR_MS;
