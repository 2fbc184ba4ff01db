import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FUNCTIONS_DIR, FUNCTIONS_FRAMEWORK } from '../../../tools/paths.js';
import { chooseFreePort } from '../../../tools/stack/ports.js';

const POLL_MS = 10;

export interface Started {
  /** null when it was still running once it listened. */
  readonly exitCode: number | null;
  readonly listened: boolean;
  readonly output: string;
}

/** Starts the built function as the platform does, in exactly this environment, until it listens or ends. */
export async function startFramework(env: Readonly<Record<string, string>>): Promise<Started> {
  const port = await chooseFreePort();
  const args = [FUNCTIONS_FRAMEWORK, '--target=api', `--source=${FUNCTIONS_DIR}`, `--port=${port}`];
  const child = spawn(process.execPath, args, {
    cwd: FUNCTIONS_DIR,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let listened = false;
  while (!listened && child.exitCode === null) {
    listened = await accepts(port);
    if (!listened) await sleep(POLL_MS);
  }
  const { exitCode } = child;
  child.kill('SIGKILL');
  await closed;
  return { exitCode, listened, output };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
