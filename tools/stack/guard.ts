/**
 * Stands between a stack and its emulators, in a process group of its own. Its standard input is a pipe from the stack:
 * once that ends, by an orderly stop or because the stack's process died in whatever way, the emulators are shut down and
 * nothing of them is left. firebase-tools alone leaves the Java process behind when it is killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { isMain } from '../paths.js';

export interface GuardOptions {
  args: string[];
  /** Also what the emulators' command lines can be told by. */
  stackDir: string;
  /** How long a shutdown may take before the rest is killed. */
  graceMs: number;
}

/** Sent before the pipe is closed in an orderly stop: the stack's folder is then the stack's to remove. */
export const ORDERLY_STOP = 'stop';

async function main(options: GuardOptions): Promise<void> {
  const child = spawn(process.execPath, options.args, {
    cwd: options.stackDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  const orderly = watchParent(() => void shutDown(child, exited, options.graceMs));
  const code = await exited;
  killRest(child, options.stackDir);
  if (process.stdin.readableEnded && !orderly()) rmSync(options.stackDir, { recursive: true, force: true });
  process.exit(code);
}

/** @returns whether the stack announced its stop */
function watchParent(onGone: () => void): () => boolean {
  let received = '';
  process.stdin.on('data', (chunk) => {
    received += chunk;
  });
  process.stdin.once('end', onGone);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onGone);
  // What is left to print has nowhere to go once the stack is gone.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return () => received.includes(ORDERLY_STOP);
}

async function shutDown(child: ChildProcess, exited: Promise<number>, graceMs: number): Promise<void> {
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}

/** The functions' workers share the CLI's process group; the Java process has one of its own. */
function killRest(child: ChildProcess, stackDir: string): void {
  if (child.pid) kill(-child.pid);
  for (const line of listProcesses()) {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid && command?.includes(stackDir) && Number(pid) !== process.pid) kill(Number(pid));
  }
}

function listProcesses(): string[] {
  try {
    return execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64e6 }).split('\n');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

if (isMain(import.meta.url)) await main(JSON.parse(process.argv[2] ?? '') as GuardOptions);
