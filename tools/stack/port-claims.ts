import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ports that a starting stack has chosen and does not listen on yet. Without the claims, stacks that start at the same
 * moment choose the same ones. A claim is a file with the owner's process id; one whose owner is gone counts for nothing.
 */
export class PortClaims {
  readonly #files = new Set<string>();
  readonly #folder: string;

  constructor(folder = join(tmpdir(), 'gatehouse-ports')) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    process.once('exit', this.release);
  }

  /** @returns whether the port is now claimed by this stack */
  take(port: number): boolean {
    const file = join(this.#folder, String(port));
    if (!create(file) && !(removeStale(file) && create(file))) return false;
    this.#files.add(file);
    return true;
  }

  readonly release = (): void => {
    process.off('exit', this.release);
    for (const file of this.#files) rmSync(file, { force: true });
    this.#files.clear();
  };
}

function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function removeStale(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false;
    rmSync(file, { force: true });
    return true;
  }
}
