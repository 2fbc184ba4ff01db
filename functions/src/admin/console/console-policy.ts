import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../lib/clock.js';

/** The platform ends a trigger after this. */
export const EDIT_TIMEOUT_SECONDS = MINUTE_MS / SECOND_MS;
/** And we before it, so that nothing of it is at work when the lease of a provisioning is over. */
export const EDIT_WORK_MS = 40 * SECOND_MS;
/** The platform would go on for a week with an edit that can't be settled; by now it takes another edit. */
export const EDIT_GIVEN_UP_MS = DAY_MS;
/** Each edit is a small piece of work, and admins are few. */
export const EDIT_MAX_INSTANCES = 10;
