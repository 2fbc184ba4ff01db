import {
  assertNoEmulatorInProduction,
  type Emulators,
  type Environment,
  readEmulators,
  readProjectId,
} from './environment.js';
import { parseSecrets, type Secrets, type SecretTexts } from './secrets.js';

/** Everything that the composition needs to know, checked. */
export interface Config {
  readonly projectId: string;
  /** The project's web API key. */
  readonly apiKey: string;
  readonly region: string;
  readonly emulators: Emulators | null;
  /** Where messages go instead of to the providers. Local stacks only. */
  readonly outboxUrl: string;
  readonly secrets: Secrets;
}

export interface ConfigTexts extends SecretTexts {
  readonly apiKey: string;
}

/** @throws Error that says what to set, when anything is missing, malformed or dangerous. */
export function readConfig(environment: Environment, texts: ConfigTexts): Config {
  assertNoEmulatorInProduction(environment);
  if (texts.apiKey === '')
    throw new Error('The parameter WEB_API_KEY is empty: set it to the web API key of the Firebase project.');
  const emulators = readEmulators(environment);
  const outboxUrl = environment['OUTBOX_URL'];
  if (outboxUrl === undefined) {
    throw new Error(
      'No message provider is configured, so that no code could be sent. Locally, npm start sets OUTBOX_URL.',
    );
  }
  return {
    projectId: readProjectId(environment),
    apiKey: texts.apiKey,
    region: environment['FUNCTION_REGION'] ?? 'us-central1',
    emulators,
    outboxUrl,
    secrets: parseSecrets(texts),
  };
}
