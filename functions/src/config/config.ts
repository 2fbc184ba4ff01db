import { type DeliveryConfig, readDelivery } from './delivery.js';
import {
  assertNoEmulatorInProduction,
  type Emulators,
  type Environment,
  readEmulators,
  readProjectId,
} from './environment.js';
import { type AccountConfig, readAccount } from './main-app.js';
import type { ParamName } from './param-names.js';
import { parseSecrets, type Secrets } from './secrets.js';

/** Everything that the composition needs to know, checked. */
export interface Config {
  readonly projectId: string;
  /** The project's web API key. */
  readonly apiKey: string;
  readonly region: string;
  readonly emulators: Emulators | null;
  readonly delivery: DeliveryConfig;
  readonly account: AccountConfig;
  readonly secrets: Secrets;
}

/**
 * Reads params and secrets where the platform puts them, in the environment; both are declared in `params.ts`.
 * @throws Error that says what to set, when anything is missing, malformed or dangerous.
 */
export function readConfig(environment: Environment): Config {
  assertNoEmulatorInProduction(environment);
  const read = (name: ParamName) => environment[name] ?? '';
  const apiKey = read('WEB_API_KEY');
  if (apiKey === '') {
    throw new Error('The parameter WEB_API_KEY is empty: set it to the web API key of the Firebase project.');
  }
  return {
    projectId: readProjectId(environment),
    apiKey,
    region: environment['FUNCTION_REGION'] ?? 'us-central1',
    emulators: readEmulators(environment),
    delivery: readDelivery(read, environment['OUTBOX_URL']),
    account: readAccount(read),
    secrets: parseSecrets(read),
  };
}
