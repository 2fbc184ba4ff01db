import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT_DIR } from './paths.js';

/** Runs a program of node_modules in the foreground. Answers its exit code. */
export function runProgram(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const program = join(ROOT_DIR, 'node_modules', '.bin', name);
  const child = spawn(program, args, { cwd: ROOT_DIR, stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
