import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT_DIR = join(dirname(fileURLToPath(import.meta.url)), '..');
export const FUNCTIONS_DIR = join(ROOT_DIR, 'functions');
export const LOCAL_DIR = join(ROOT_DIR, '.local');
export const STACK_FILE = join(LOCAL_DIR, 'stack.json');
export const EMULATORS_FILE = join(LOCAL_DIR, 'emulators.json');
export const SERVE_FILE = join(LOCAL_DIR, 'serve.json');
/** The secrets of the demo orgs, to find them again in kept data. */
export const DEMO_ORGS_FILE = join(LOCAL_DIR, 'demo-orgs.json');

/** The server that production runs. The functions depend on it, so that both load one and the same Express. */
export const FUNCTIONS_FRAMEWORK = join(
  FUNCTIONS_DIR,
  'node_modules',
  '@google-cloud',
  'functions-framework',
  'build',
  'src',
  'main.js',
);

export const FIREBASE_TOOLS_DIR = join(ROOT_DIR, 'node_modules', 'firebase-tools');
export const FIREBASE_CLI = join(FIREBASE_TOOLS_DIR, 'lib', 'bin', 'firebase.js');

/** Whether the module is the program that was started, and not an import of it. */
export function isMain(moduleUrl: string): boolean {
  const program = process.argv[1];
  return program !== undefined && moduleUrl.split('?')[0] === pathToFileURL(program).href;
}
