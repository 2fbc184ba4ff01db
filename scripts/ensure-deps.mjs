// Makes the npm scripts work on a fresh clone. Plain Node: nothing is installed yet when this runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAMP = '.gatehouse-lock-hash';

/** @returns {string | null} what is wrong with this Node version, in a sentence */
export function nodeProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return null;
  return `Gatehouse needs Node.js 20.19 or newer; this is ${version}. Install a newer one: https://nodejs.org`;
}

/** Installs what is missing or older than the lock files, in the root and in functions/. */
export function ensureDeps() {
  const problem = nodeProblem();
  if (problem) {
    console.error(problem);
    process.exit(1);
  }
  for (const folder of ['', 'functions']) ensureFolder(join(ROOT, folder), folder || 'the tools');
}

function ensureFolder(folder, label) {
  const lockFile = join(folder, 'package-lock.json');
  if (!existsSync(lockFile)) return;
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  const stampFile = join(folder, 'node_modules', STAMP);
  if (readStamp(stampFile) === hash) return;
  if (!matchesInstalled(folder, lockFile)) install(folder, label);
  writeFileSync(stampFile, hash);
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * Whether node_modules is what the lock file asks for, for folders installed with npm itself: npm keeps its own copy of
 * the lock there. Optional packages of other platforms are in the one and not in the other.
 */
function matchesInstalled(folder, lockFile) {
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages ?? {};
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional || entry.devOptional || entry.link) return true;
    return installed[path]?.version === entry.version;
  });
}

function install(folder, label) {
  // Not on the standard output, which may be a program's.
  console.error(`Installing the dependencies of ${label} (npm ci); the first time takes a minute or two …`);
  const started = Date.now();
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const shell = process.platform === 'win32';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['inherit', 2, 2], shell });
  if (result.status !== 0) {
    console.error(`npm ci failed in ${folder}. Check the network and the messages above, then run the command again.`);
    process.exit(result.status ?? 1);
  }
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) ensureDeps();
