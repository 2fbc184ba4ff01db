import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { FUNCTIONS_DIR, FUNCTIONS_FRAMEWORK, ROOT_DIR } from '../paths.js';
import { chooseFreePort, isPortFree } from './ports.js';
import type { StackTarget } from './stack-info.js';

export interface ServeOptions {
  /** Default: any free one. */
  port?: number;
  /** More than one share the port. Default 1. */
  processes?: number;
  functionsDir?: string;
  /** Over the stack's environment: another emulator host, for instance, that delays or fails. */
  env?: Record<string, string>;
  onOutput?: (line: string) => void;
}

export interface Served {
  baseUrl: string;
  /** Of the server; with several processes, of the one that the others end with. */
  pid: number;
  /** With its exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  stop(): Promise<void>;
}

const CLUSTER = join(ROOT_DIR, 'tools', 'stack', 'serve-cluster.mjs');
const END_WITH_PARENT = pathToFileURL(join(ROOT_DIR, 'tools', 'stack', 'end-with-parent.mjs')).href;
const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 5_000;

/** Runs the built `api` under functions-framework, the server that production runs, against a stack's emulators. */
export async function startServe(target: StackTarget, options: ServeOptions = {}): Promise<Served> {
  const functionsDir = options.functionsDir ?? FUNCTIONS_DIR;
  if (!existsSync(join(functionsDir, 'package.json'))) throw new Error(`There are no functions in ${functionsDir}.`);
  const port = options.port ?? (await chooseFreePort());
  if (!(await isPortFree(port))) throw new Error(`Port ${port} is busy.`);
  const child = spawnServer(target, options, functionsDir, port);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const baseUrl = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  };
  try {
    if ((options.processes ?? 1) > 1) await allListening(child);
    await waitUntilServing(child, baseUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return { baseUrl, pid: child.pid as number, exited, stop };
}

function spawnServer(target: StackTarget, options: ServeOptions, functionsDir: string, port: number): ChildProcess {
  const processes = options.processes ?? 1;
  const program = processes > 1 ? [CLUSTER, String(processes), FUNCTIONS_FRAMEWORK] : [FUNCTIONS_FRAMEWORK];
  const args = ['--import', END_WITH_PARENT, ...program, '--target=api', `--source=${functionsDir}`, `--port=${port}`];
  // Without what tells production apart: there the code refuses to start beside an emulator.
  const { NODE_ENV: _mode, K_SERVICE: _service, K_CONFIGURATION: _configuration, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: functionsDir,
    // FUNCTION_TARGET as the platform sets it; the flag alone does not reach our code.
    env: { ...inherited, FUNCTION_TARGET: 'api', ...target.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {});
  const onOutput = options.onOutput ?? (() => {});
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', onOutput);
  return child;
}

/** Any answer will do: the server listens only once the function is loaded. */
async function waitUntilServing(child: ChildProcess, baseUrl: string): Promise<void> {
  const end = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < end && child.exitCode === null && child.signalCode === null) {
    try {
      await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('The function did not start under functions-framework; onOutput hears why.');
}

/** The cluster's sign that every one of its processes listens. */
async function allListening(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('processes listen.')) resolve();
    });
    child.once('close', () => reject(new Error('The processes did not start; onOutput hears why.')));
  });
}
