import { SECOND_MS } from '../../lib/clock.js';

/** Of one check, with all its requests. */
export const CHECK_DEADLINE_MS = 10 * SECOND_MS;

/** Of one request, so that a check can still say which service is silent. */
export const REQUEST_TIMEOUT_MS = 8 * SECOND_MS;

/** How far our clock may be from Google's. `Date` headers have whole seconds. */
export const CLOCK_TOLERANCE = { warningMs: 10 * SECOND_MS, failedMs: 60 * SECOND_MS };

/** Tenants a page, the most there is. https://cloud.google.com/identity-platform/docs/reference/rest/v2/projects.tenants/list */
export const TENANTS_PAGE_SIZE = 1_000;

/** Names in one message. */
export const NAMES_SHOWN = 10;
