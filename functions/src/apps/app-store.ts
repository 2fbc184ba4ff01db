import type { AppRecord } from './app-record.js';

/** Port. `@throws UnavailableError` when the store is down or slow. */
export interface AppStore {
  create(app: AppRecord): Promise<void>;
}
