import { GatehouseError } from './gatehouse-error.js';

/** For `catch`, of what the answer does not depend on: a backend that is down, or busy, changes nothing of it. A bug shows. */
export function ignoreOutage(error: unknown): void {
  if (!(error instanceof GatehouseError)) throw error;
}
