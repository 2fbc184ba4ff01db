import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file that is there for as long as what it describes is running. */
export interface LocalFile {
  /** Removes the file, unless another process has put its own there since. */
  remove(): void;
}

/**
 * Appears in one piece: whoever waits for the file never reads half of it. Holds secrets, so it is the owner's alone. It
 * goes with the process unless it is to be kept.
 */
export function writeLocalFile(file: string, value: object, { keep = false } = {}): LocalFile {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
  const remove = (): void => {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) rmSync(file);
  };
  if (!keep) process.once('exit', remove);
  return { remove };
}

/** @throws Error that names the command to run first */
export function readLocalFile<T>(file: string, hint: string): T {
  if (!existsSync(file)) throw new Error(hint);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
