import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDotenv } from './secrets.js';

export const PROJECT_ID = 'demo-gatehouse';
export const REGION = 'us-central1';

export interface EmulatorHosts {
  auth: string;
  firestore: string;
  tasks: string | null;
  outboxUrl: string;
}

/** What the stack sets for the functions; the Functions emulator adds the emulators' hosts itself. */
export function stackParams(outboxUrl: string): Record<string, string> {
  return { OUTBOX_URL: outboxUrl, WEB_API_KEY: 'demo-api-key' };
}

/** The developer's own settings, as the Functions emulator would read them. */
export function userParams(functionsDir: string): Record<string, string> {
  const files = ['.env', `.env.${PROJECT_ID}`, '.env.local'].map((name) => join(functionsDir, name));
  const present = files.filter((file) => existsSync(file));
  return Object.assign({}, ...present.map((file) => parseDotenv(readFileSync(file, 'utf8'))));
}

/** The same environment for a process outside the Functions emulator. */
export function functionsEnv(
  hosts: EmulatorHosts,
  params: Record<string, string>,
  secrets: Record<string, string>,
): Record<string, string> {
  return {
    ...params,
    ...secrets,
    GCLOUD_PROJECT: PROJECT_ID,
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    FIREBASE_CONFIG: JSON.stringify({ projectId: PROJECT_ID }),
    FIREBASE_AUTH_EMULATOR_HOST: hosts.auth,
    FIRESTORE_EMULATOR_HOST: hosts.firestore,
    ...(hosts.tasks ? { CLOUD_TASKS_EMULATOR_HOST: hosts.tasks } : {}),
    // Without it the Admin SDK asks the cloud's metadata server for credentials before it falls back to the emulator.
    METADATA_SERVER_DETECTION: 'none',
    TZ: 'UTC',
  };
}
