import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { FUNCTIONS_DIR, ROOT_DIR } from '../paths.js';

const EVIDENCE_DIR = join(ROOT_DIR, 'docs', 'evidence');
const PACKAGES = ['express', 'firebase-admin', 'firebase-functions', '@google-cloud/firestore', 'zod'];

/** The program that the measured processes run under; another Node version than the bench's own when it is set. */
export const BENCH_NODE = process.env.GATEHOUSE_BENCH_NODE ?? process.execPath;

/** Keeps what a measurement printed, beside all that is needed to repeat it. @returns the file */
export function writeEvidence(name: string, command: string, printed: string): string {
  const file = join(EVIDENCE_DIR, `${name}.txt`);
  const dirty = git(['status', '--porcelain', '--', 'functions/src']) === '' ? '' : ' with changes of functions/src';
  const head = [
    `command   ${command}`,
    `date      ${new Date().toISOString()}`,
    `commit    ${git(['rev-parse', '--short', 'HEAD'])}${dirty}`,
    `node      ${execFileSync(BENCH_NODE, ['--version'], { encoding: 'utf8' }).trim()}`,
    `machine   ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform}`,
    `packages  ${PACKAGES.map((one) => `${one} ${versionOf(one)}`).join(', ')}`,
  ];
  mkdirSync(EVIDENCE_DIR, { recursive: true });
  writeFileSync(file, `${head.join('\n')}\n\n${printed}\n`);
  return file;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Columns as wide as their widest cell; the first is left-aligned. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}

function git(args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT_DIR, encoding: 'utf8' }).trim();
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(FUNCTIONS_DIR, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
