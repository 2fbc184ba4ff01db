import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Outbox, startOutbox } from '../outbox/outbox-server.js';
import { FUNCTIONS_DIR } from '../paths.js';
import { createStackDir, writeEmulatorConfig } from './emulator-config.js';
import { ensureDownloaded } from './emulator-downloads.js';
import { type Emulators, startEmulators } from './emulators.js';
import { firestoreJar } from './firestore-jar.js';
import { functionsEnv, PROJECT_ID, REGION, stackParams, userParams } from './functions-env.js';
import { findJdk, type Jdk } from './jdk.js';
import { PortClaims } from './port-claims.js';
import { chooseFixedPorts, chooseFreePorts, isPortFree, type Ports } from './ports.js';
import { ensureSecrets } from './secrets.js';
import type { StackInfo } from './stack-info.js';
import { restoreTenants, saveTenants } from './tenant-backup.js';

export interface StackOptions {
  /** `fixed`: the documented ports, or those of the environment. `free` (the default): any, for tests. */
  ports?: 'fixed' | 'free';
  /** Without the functions the stack is up sooner, with auth and firestore only. Default true. */
  functions?: boolean;
  functionsDir?: string;
  /** Whether the Functions emulator loads a changed build. Default false. */
  reload?: boolean;
  /** Whether to run the Emulator UI, when it is there or can be downloaded. Default false. */
  ui?: boolean;
  /** Keeps the data in this folder from one run to the next. */
  dataDir?: string;
  /** More environment for the functions. */
  env?: Record<string, string>;
  /** Progress, a line at a time. Default: nobody listens. */
  log?: (line: string) => void;
  /** What firebase-tools and the functions print. Default: nobody listens. */
  onOutput?: (line: string) => void;
}

export interface Stack {
  info: StackInfo;
  outbox: Outbox;
  /** Resolves when the emulators are gone, asked for or not. */
  exited: Promise<void>;
  /** Ends everything that was started; a second call waits for the first. */
  stop(): Promise<void>;
}

const BAD_FUNCTIONS = /Failed to load function definition from source/;

/** A program that is no stack of ours can take a port between its choice and its use. */
const MAX_ATTEMPTS = 3;
const PORT_LOST = /port taken|EADDRINUSE/;

/** @throws Error in plain words when something is missing or does not start */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const log = options.log ?? (() => {});
  const jdk = await findJdk();
  log(`Java ${jdk.major} (${jdk.binDir})`);
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToStart(options, jdk, log);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !PORT_LOST.test(String(error))) throw error;
      log('Another program took one of the ports meanwhile; starting again with others …');
    }
  }
}

async function tryToStart(options: StackOptions, jdk: Jdk, log: (line: string) => void): Promise<Stack> {
  const claims = new PortClaims();
  const stackDir = createStackDir();
  let outbox: Outbox | undefined;
  let emulators: Emulators | undefined;
  const end = async (): Promise<void> => {
    await emulators?.stop();
    await outbox?.stop();
    rmSync(stackDir, { recursive: true, force: true });
    claims.release();
  };
  try {
    const ports = await choosePorts(options, claims, log);
    outbox = await startOutbox(ports.outbox);
    const plan = await planStack(options, ports, outbox.url, stackDir, log);
    log('Starting the emulators; this takes some 15 seconds …');
    emulators = await startWithFunctionsChecked({ ...plan.emulators, jdk }, options);
    if (options.dataDir) await restoreTenants(plan.info, resolve(options.dataDir), log);
    return assemble(plan.info, outbox, emulators, options, end);
  } catch (error) {
    await end();
    throw error;
  }
}

function choosePorts(options: StackOptions, claims: PortClaims, log: (line: string) => void): Promise<Ports> {
  const isFree = async (port: number): Promise<boolean> => (await isPortFree(port)) && claims.take(port);
  return options.ports === 'fixed' ? chooseFixedPorts(process.env, log, isFree) : chooseFreePorts(isFree);
}

interface Plan {
  info: StackInfo;
  emulators: Omit<Parameters<typeof startEmulators>[0], 'jdk'>;
}

async function planStack(
  options: StackOptions,
  ports: Ports,
  outboxUrl: string,
  stackDir: string,
  log: (line: string) => void,
): Promise<Plan> {
  const functionsDir = options.functionsDir ?? FUNCTIONS_DIR;
  const withFunctions = options.functions ?? true;
  const secrets = ensureSecrets(join(functionsDir, '.secret.local'));
  const params = { ...userParams(functionsDir), ...stackParams(outboxUrl), ...options.env };
  const ui = (options.ui ?? false) && (await ensureDownloaded('ui', log));
  const config = {
    ports,
    functionsDir: withFunctions ? functionsDir : null,
    params,
    reload: options.reload ?? false,
    ui,
  };
  if (options.dataDir) mkdirSync(resolve(options.dataDir), { recursive: true });
  return {
    info: describeStack(ports, outboxUrl, withFunctions, ui, params, secrets),
    emulators: {
      stackDir,
      configFile: writeEmulatorConfig(stackDir, config),
      firestoreJar: await firestoreJar(stackDir, log),
      dataDir: options.dataDir ? join(resolve(options.dataDir), 'emulators') : null,
      env: options.env ?? {},
      onLine: options.onOutput ?? (() => {}),
    },
  };
}

function describeStack(
  ports: Ports,
  outboxUrl: string,
  withFunctions: boolean,
  ui: boolean,
  params: Record<string, string>,
  secrets: Record<string, string>,
): StackInfo {
  const at = (port: number): string => `127.0.0.1:${port}`;
  const tasks = withFunctions ? at(ports.tasks) : null;
  const hosts = { auth: at(ports.auth), firestore: at(ports.firestore), tasks, outboxUrl };
  return {
    projectId: PROJECT_ID,
    authEmulator: hosts.auth,
    firestoreEmulator: hosts.firestore,
    tasksEmulator: tasks,
    functionsEmulator: withFunctions ? at(ports.functions) : null,
    hub: at(ports.hub),
    outboxUrl,
    baseUrl: withFunctions ? `http://${at(ports.functions)}/${PROJECT_ID}/${REGION}/api` : null,
    uiUrl: ui ? `http://${at(ports.ui)}` : null,
    env: functionsEnv(hosts, params, secrets),
  };
}

/** firebase-tools goes on without functions that do not load; whoever is not watching the build needs to know. */
async function startWithFunctionsChecked(
  emulatorsOptions: Parameters<typeof startEmulators>[0],
  options: StackOptions,
): Promise<Emulators> {
  let problem: string | null = null;
  const onLine = (line: string): void => {
    if (BAD_FUNCTIONS.test(line)) problem = line;
    emulatorsOptions.onLine(line);
  };
  const emulators = await startEmulators({ ...emulatorsOptions, onLine });
  if (problem === null || options.reload) return emulators;
  await emulators.stop();
  throw new Error(problem);
}

function assemble(
  info: StackInfo,
  outbox: Outbox,
  emulators: Emulators,
  options: StackOptions,
  end: () => Promise<void>,
): Stack {
  const log = options.log ?? console.error;
  const saveAndEnd = async (): Promise<void> => {
    if (options.dataDir)
      await saveTenants(info, resolve(options.dataDir)).catch((error: unknown) => log(String(error)));
    await end();
  };
  let ending: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    ending ??= saveAndEnd();
    return ending;
  };
  return { info, outbox, exited: emulators.exited, stop };
}
