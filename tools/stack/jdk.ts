import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** firebase-tools stops at anything older. */
export const MIN_JAVA_MAJOR = 21;

export interface Jdk {
  /** The folder that holds the `java` program. */
  binDir: string;
  major: number;
}

export type JavaVersionOf = (binDir: string) => Promise<number | null>;

const INSTALL_HINT =
  `The Firestore emulator needs a JDK ${MIN_JAVA_MAJOR} or newer. Install one, for example Eclipse Temurin ` +
  '(https://adoptium.net), `brew install openjdk` or `apt-get install openjdk-21-jre-headless`, or point JAVA_HOME at it.';

/** The folders that hold JVMs, each one a folder; `*` stands for every entry. */
const JVM_FOLDERS = [
  '/usr/lib/jvm/*/bin',
  '/usr/java/*/bin',
  '/opt/java/*/bin',
  '/opt/*jdk*/bin',
  '/opt/homebrew/opt/*jdk*/bin',
  '/usr/local/opt/*jdk*/bin',
  '/Library/Java/JavaVirtualMachines/*/Contents/Home/bin',
  '~/.sdkman/candidates/java/*/bin',
  '~/.jdks/*/bin',
  '~/.asdf/installs/java/*/bin',
  'C:/Program Files/Java/*/bin',
  'C:/Program Files/Eclipse Adoptium/*/bin',
];

/** The first JDK that is new enough: JAVA_HOME, then PATH, then the usual folders. */
export async function findJdk(env: NodeJS.ProcessEnv = process.env): Promise<Jdk> {
  return chooseJdk(jdkCandidates(env), javaMajor);
}

/** @throws Error that says what to install */
export async function chooseJdk(candidates: Iterable<string>, versionOf: JavaVersionOf): Promise<Jdk> {
  const seen: string[] = [];
  for (const binDir of new Set(candidates)) {
    const major = await versionOf(binDir);
    if (major === null) continue;
    if (major >= MIN_JAVA_MAJOR) return { binDir, major };
    seen.push(`${binDir} (${major})`);
  }
  const found = seen.length > 0 ? ` Found only: ${seen.join(', ')}.` : ' No Java was found.';
  throw new Error(INSTALL_HINT + found);
}

/** The major version that `java -version` tells, 8 for "1.8.0_402"; null when the text has none. */
export function parseJavaMajor(output: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match ? Number(match[1]) : null;
}

function* jdkCandidates(env: NodeJS.ProcessEnv): Generator<string> {
  if (env.JAVA_HOME) yield join(env.JAVA_HOME, 'bin');
  for (const folder of (env.PATH ?? '').split(delimiter)) if (folder) yield folder;
  for (const pattern of JVM_FOLDERS) yield* expand(pattern.replace(/^~/, homedir()));
}

function expand(pattern: string): string[] {
  const parts = pattern.split('/');
  const at = parts.findIndex((part) => part.includes('*'));
  const parent = parts.slice(0, at).join('/');
  const matcher = new RegExp(`^${(parts[at] ?? '').replaceAll('*', '.*')}$`);
  return entries(parent)
    .filter((name) => matcher.test(name))
    .map((name) => [parent, name, ...parts.slice(at + 1)].join('/'));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort().reverse();
  } catch {
    return [];
  }
}

/** `java -version` writes to stderr. A folder without a working `java` has no version. */
async function javaMajor(binDir: string): Promise<number | null> {
  return new Promise((resolve) => {
    execFile(join(binDir, 'java'), ['-version'], { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve(error ? null : parseJavaMajor(stdout + stderr));
    });
  });
}
