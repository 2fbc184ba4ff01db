import { MINUTE_MS, SECOND_MS } from '../lib/clock.js';

/**
 * A session begun with an old password, while a process that replaced it was being killed, lives until the next sweep: no
 * more than a minute is allowed. One minute is also the least that Cloud Scheduler knows.
 */
export const SWEEP_SCHEDULE = 'every 1 minutes';
/** The next run begins when this one must have ended. */
export const SWEEP_TIMEOUT_SECONDS = MINUTE_MS / SECOND_MS;
/** Nothing more is begun after this: what was begun has its own deadline, and both fit into the timeout. */
export const SWEEP_WORK_MS = 35 * SECOND_MS;
/** One item. Shorter than the lease of an undoing, so that no step of it is taken when somebody else may be at it. */
export const SWEEP_ITEM_MS = 20 * SECOND_MS;
/** Items of a kind at once. */
export const SWEEP_CONCURRENCY = 5;
/** Documents that are read at once. A registration has two. */
export const SWEEP_PAGE = 100;
/**
 * Between the beginnings of two undoings, each of which deletes an identity. Identity Platform allows a project ten a
 * second; at eight, a few slow ones do not bunch up to more.
 */
export const DELETION_INTERVAL_MS = 125;
