import { SECOND_MS } from '../../lib/clock.js';

/** Users that are listed unless more are asked for, and at most. */
export const USERS_SHOWN = { default: 50, max: 10_000 };
/** Records of the audit log that are shown unless more are asked for, and at most. */
export const AUDIT_SHOWN = { default: 20, max: 1_000 };
/** How often the audit log is looked at for what is new. */
export const FOLLOW_EVERY_MS = 2 * SECOND_MS;
/** Newest records that are read each time, so that a burst between two looks is seen whole. */
export const FOLLOW_WINDOW = 200;
/** How far the clocks of machines may be apart whose records are followed. */
export const FOLLOW_SKEW_MS = 60 * SECOND_MS;
/** Of one request to Secret Manager. */
export const SECRET_TIMEOUT_MS = 10 * SECOND_MS;
