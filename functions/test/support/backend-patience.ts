import type { BackendTimesByName } from '../../src/lib/backend-policy.js';

/** Less than a whole request may take: of that no test lets go. */
const PATIENCE = { timeoutMs: 9_000 };

/**
 * Deadlines of calls that a busy machine keeps as well. Most tests are not about them, and one that meets production's two
 * seconds by chance says nothing.
 */
export const PATIENT: BackendTimesByName = {
  firestore: PATIENCE,
  identityPlatform: PATIENCE,
  iam: PATIENCE,
  tasks: PATIENCE,
  delivery: PATIENCE,
};
