import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { FIREBASE_CLI, ROOT_DIR } from '../paths.js';
import { PROJECT_ID } from './functions-env.js';
import { type GuardOptions, ORDERLY_STOP } from './guard.js';
import type { Jdk } from './jdk.js';

export interface EmulatorsOptions {
  stackDir: string;
  configFile: string;
  jdk: Jdk;
  firestoreJar: string | null;
  /** The folder that the data is read from at start and written to at stop. */
  dataDir: string | null;
  /** For the functions, beside their parameters. */
  env: Record<string, string>;
  onLine: (line: string) => void;
}

export interface Emulators {
  /** Resolves when the process of the emulators is gone, whoever ended it. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

const READY_LINE = 'All emulators ready!';
const READY_TIMEOUT_MS = 180_000;
const GRACE_MS = 20_000;
const EXPORT_GRACE_MS = 120_000;
const KEPT_LINES = 40;

/** Credentials and settings of the shell that must not reach code which runs against emulators. */
const WITHHELD = ['GOOGLE_APPLICATION_CREDENTIALS', 'GCLOUD_PROJECT', 'GOOGLE_CLOUD_PROJECT', 'FIREBASE_CONFIG'];
/** A coverage run would make the CLI and every worker write its own reports. */
const WITHHELD_TOO = ['NODE_V8_COVERAGE', 'FIREBASE_TOKEN', 'DEBUG'];

/** @throws Error with the last lines of output, when the emulators end before they are ready */
export async function startEmulators(options: EmulatorsOptions): Promise<Emulators> {
  const guard = spawnGuard(options);
  const exited = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    guard.stdin?.end(ORDERLY_STOP);
    await exited;
  };
  const lines: string[] = [];
  try {
    await waitUntilReady(guard, lines, options.onLine);
  } catch (error) {
    await stop();
    throw new Error(`The emulators did not start: ${String(error)}\n${lines.slice(-KEPT_LINES).join('\n')}`);
  }
  return { exited, stop };
}

async function waitUntilReady(guard: ChildProcess, lines: string[], onLine: (line: string) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no sign of life in time')), READY_TIMEOUT_MS);
    guard.once('close', () => reject(new Error('firebase-tools ended')));
    guard.once('error', reject);
    const hear = (raw: string): void => {
      const line = stripVTControlCharacters(raw).trimEnd();
      lines.push(line);
      if (lines.length > 10 * KEPT_LINES) lines.splice(0, KEPT_LINES);
      onLine(line);
      if (!line.includes(READY_LINE)) return;
      clearTimeout(timer);
      resolve();
    };
    for (const stream of [guard.stdout, guard.stderr]) if (stream) createInterface({ input: stream }).on('line', hear);
  });
}

function spawnGuard(options: EmulatorsOptions): ChildProcess {
  const guardOptions: GuardOptions = {
    args: cliArguments(options),
    stackDir: options.stackDir,
    graceMs: options.dataDir ? EXPORT_GRACE_MS : GRACE_MS,
  };
  const guardFile = join(ROOT_DIR, 'tools', 'stack', 'guard.ts');
  const guard = spawn(process.execPath, ['--import', 'tsx', guardFile, JSON.stringify(guardOptions)], {
    cwd: ROOT_DIR,
    env: childEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  guard.stdin?.on('error', () => {}); // ended with the guard; `close` tells
  return guard;
}

function cliArguments({ configFile, dataDir }: EmulatorsOptions): string[] {
  const args = [FIREBASE_CLI, 'emulators:start', '--config', configFile, '--project', PROJECT_ID, '--non-interactive'];
  return dataDir ? [...args, '--import', dataDir, '--export-on-exit', dataDir] : args;
}

function childEnvironment({ stackDir, jdk, firestoreJar, env }: EmulatorsOptions): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  for (const name of [...WITHHELD, ...WITHHELD_TOO]) delete inherited[name];
  return {
    ...inherited,
    ...env,
    PATH: [jdk.binDir, process.env.PATH].join(delimiter),
    TMPDIR: stackDir,
    // No account and no settings of the developer's own CLI: nothing here may need or use a login.
    XDG_CONFIG_HOME: join(stackDir, 'config'),
    // The manifest goes through a file; two stacks that load their functions at once can take each other's port.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: 'true',
    NO_UPDATE_NOTIFIER: '1',
    ...(firestoreJar ? { FIRESTORE_EMULATOR_BINARY_PATH: firestoreJar } : {}),
  };
}
