import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FIREBASE_CLI, FIREBASE_TOOLS_DIR } from '../paths.js';

/** What firebase-tools downloads on first use. */
export type Downloadable = 'firestore' | 'ui';

interface DownloadDetails {
  remoteUrl: string;
  /** The file that exists once the download is done, below the cache folder. */
  cachedFile: string;
}

interface DetailsFile {
  firestore: { remoteUrl: string; downloadPathRelativeToCacheDir: string };
  ui: { main: { remoteUrl: string; binaryPathRelativeToCacheDir: string } };
}

/** A network that swallows packets must not hold up every start. */
const PROBE_TIMEOUT_MS = 3_000;
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** Whether firebase-tools has the file in its cache or could be made to download it. */
export async function ensureDownloaded(name: Downloadable, log: (line: string) => void): Promise<boolean> {
  if (isCached(name)) return true;
  if (!(await isReachable(detailsOf(name).remoteUrl))) return false;
  log(`Downloading the emulator's ${name === 'ui' ? 'user interface' : 'Firestore jar (130 MB)'}, once …`);
  return (await runSetup(name)) && isCached(name);
}

export function isCached(name: Downloadable, env: NodeJS.ProcessEnv = process.env): boolean {
  const cache = env.FIREBASE_EMULATORS_PATH ?? join(homedir(), '.cache', 'firebase', 'emulators');
  return existsSync(join(cache, detailsOf(name).cachedFile));
}

function detailsOf(name: Downloadable): DownloadDetails {
  const file = join(FIREBASE_TOOLS_DIR, 'lib', 'emulator', 'downloadableEmulatorInfo.json');
  const { firestore, ui } = JSON.parse(readFileSync(file, 'utf8')) as DetailsFile;
  return name === 'ui'
    ? { remoteUrl: ui.main.remoteUrl, cachedFile: ui.main.binaryPathRelativeToCacheDir }
    : { remoteUrl: firestore.remoteUrl, cachedFile: firestore.downloadPathRelativeToCacheDir };
}

/** Node's fetch ignores proxies and firebase-tools does not: behind one, only its own try can tell. */
async function isReachable(url: string): Promise<boolean> {
  if (PROXY_VARIABLES.some((variable) => process.env[variable])) return true;
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

async function runSetup(name: Downloadable): Promise<boolean> {
  return new Promise((resolve) => {
    const args = [FIREBASE_CLI, `setup:emulators:${name}`, '--non-interactive'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'ignore'] });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
