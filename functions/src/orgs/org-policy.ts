import { MINUTE_MS, SECOND_MS } from '../lib/clock.js';

/** How long one try of provisioning may take; whoever has not ended by then is dead. */
export const PROVISIONING_LEASE_MS = 60 * SECOND_MS;
/** How soon a project that was not set up is looked at again. */
export const SETUP_RETRY_MS = 5 * MINUTE_MS;
export const ORG_NAME_MAX = 100;
/** In an org's document from the first moment; it also tells the next run that the deletion has begun. */
export const BEING_DELETED =
  'It is being deleted. If that was stopped, go on: npm run admin -- orgs delete, with its id.';
