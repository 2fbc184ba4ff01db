/** The environment as the process was given it. Only the files of this folder know the names in it. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function currentEnvironment(): Environment {
  return process.env;
}

export interface Emulators {
  readonly firestore: string;
  readonly auth: string;
}

/** Switches that point the SDKs at emulators: firebase-admin then accepts unsigned tokens. */
const EMULATOR_SWITCHES = [
  'FIREBASE_AUTH_EMULATOR_HOST',
  'FIRESTORE_EMULATOR_HOST',
  'FIREBASE_EMULATOR_HUB',
  'CLOUD_TASKS_EMULATOR_HOST',
  'FUNCTIONS_EMULATOR',
  'OUTBOX_URL',
] as const;

/** Cloud Run sets K_SERVICE; the Functions emulator does too, and says that it is one. */
export function isProduction(environment: Environment): boolean {
  if (environment['NODE_ENV'] === 'production' || environment['K_CONFIGURATION'] !== undefined) return true;
  return environment['K_SERVICE'] !== undefined && !inFunctionsEmulator(environment);
}

export function inFunctionsEmulator(environment: Environment): boolean {
  return environment['FUNCTIONS_EMULATOR'] === 'true';
}

/** @throws Error in production when anything would send it to an emulator, or take unsigned tokens. */
export function assertNoEmulatorInProduction(environment: Environment): void {
  if (!isProduction(environment)) return;
  const found = EMULATOR_SWITCHES.filter((name) => environment[name] !== undefined);
  if (found.length > 0)
    throw new Error(`Refusing to start in production with ${found.join(', ')} set. Remove it from the environment.`);
}

/** The emulators to use, or null for the real services. Half of them would be a mistake. @throws Error */
export function readEmulators(environment: Environment): Emulators | null {
  const { FIRESTORE_EMULATOR_HOST: firestore, FIREBASE_AUTH_EMULATOR_HOST: auth } = environment;
  if (firestore === undefined && auth === undefined) return null;
  if (firestore === undefined || auth === undefined) {
    throw new Error('Set both FIRESTORE_EMULATOR_HOST and FIREBASE_AUTH_EMULATOR_HOST, or neither.');
  }
  return { firestore, auth };
}

/** @throws Error when the platform has not said which project this is. */
export function readProjectId(environment: Environment): string {
  const fromConfig = parseFirebaseConfig(environment['FIREBASE_CONFIG']);
  const projectId = environment['GCLOUD_PROJECT'] ?? environment['GOOGLE_CLOUD_PROJECT'] ?? fromConfig;
  if (projectId === undefined || projectId === '')
    throw new Error('GCLOUD_PROJECT is not set: which Firebase project is this?');
  return projectId;
}

function parseFirebaseConfig(json: string | undefined): string | undefined {
  if (json === undefined || !json.startsWith('{')) return undefined;
  return (JSON.parse(json) as { projectId?: string }).projectId;
}

/** Which function of the bundle this process serves; none while the functions are being discovered. */
export function servedFunction(environment: Environment): string | undefined {
  return environment['FUNCTION_TARGET'];
}
