import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT_DIR } from '../paths.js';
import type { Ports } from './ports.js';

export interface EmulatorConfig {
  ports: Ports;
  /** Null leaves the Functions and Cloud Tasks emulators out. */
  functionsDir: string | null;
  /** The functions' parameters, as a dotenv file of this stack alone. */
  params: Record<string, string>;
  /** Whether a changed build is loaded into the running emulator. */
  reload: boolean;
  ui: boolean;
}

const HOST = '127.0.0.1';

/**
 * A folder per stack: the emulators' configuration, logs, temporary files and hub locator. firebase-tools keeps the
 * locator in the temporary folder under the project's name, where two stacks would export each other's data.
 */
export function createStackDir(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), 'gatehouse-'));
}

/** Writes the configuration into the stack's folder. @returns the path of its firebase.json */
export function writeEmulatorConfig(stackDir: string, config: EmulatorConfig): string {
  copyFileSync(join(ROOT_DIR, 'firestore.rules'), join(stackDir, 'firestore.rules'));
  mkdirSync(join(stackDir, 'params'));
  writeFileSync(join(stackDir, 'params', '.env.local'), toDotenv(config.params));
  const file = join(stackDir, 'firebase.json');
  writeFileSync(file, JSON.stringify(firebaseJson(stackDir, config), null, 2));
  return file;
}

function firebaseJson(stackDir: string, { ports, functionsDir, reload, ui }: EmulatorConfig): object {
  const at = (port: number) => ({ host: HOST, port });
  return {
    ...(functionsDir ? { functions: [functionsConfig(stackDir, functionsDir, reload)] } : {}),
    firestore: { rules: 'firestore.rules' },
    emulators: {
      singleProjectMode: true,
      auth: at(ports.auth),
      firestore: { ...at(ports.firestore), websocketPort: ports.firestoreWebsocket },
      ...(functionsDir ? { functions: at(ports.functions), tasks: at(ports.tasks), eventarc: at(ports.eventarc) } : {}),
      hub: at(ports.hub),
      logging: at(ports.logging),
      ui: ui ? { enabled: true, ...at(ports.ui) } : { enabled: false },
    },
  };
}

/** Parameters come from `configDir`: firebase-tools asks at a prompt for what it finds in the environment alone. */
function functionsConfig(stackDir: string, functionsDir: string, reload: boolean): object {
  return {
    source: relative(stackDir, functionsDir),
    codebase: 'gatehouse',
    configDir: 'params',
    ignore: reload ? ['src/**', 'test/**', '*.map', 'package*.json', 'tsconfig*.json'] : ['**/*'],
  };
}

function toDotenv(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('');
}
