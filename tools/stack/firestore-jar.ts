import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDownloaded } from './emulator-downloads.js';
import { manifestJar } from './manifest-jar.js';

const MAIN_CLASS = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
const COMPONENT = join('platform', 'cloud-firestore-emulator', 'cloud-firestore-emulator.jar');
const MISSING =
  'The Firestore emulator is missing: firebase-tools could not download it, and the Google Cloud SDK beside `gcloud` ' +
  'does not have it either. Connect to the network once, or run `gcloud components install cloud-firestore-emulator`.';

/**
 * The jar that firebase-tools is to run instead of its own, or null where its own is there. The SDK's jar names no main
 * class, so what runs is a jar written into `folder` that only points at it.
 * @throws Error that says what to install
 */
export async function firestoreJar(folder: string, log: (line: string) => void): Promise<string | null> {
  if (process.env.FIRESTORE_EMULATOR_BINARY_PATH) return process.env.FIRESTORE_EMULATOR_BINARY_PATH;
  if (await ensureDownloaded('firestore', log)) return null;
  const sdkJar = findSdkJar(process.env);
  if (!sdkJar) throw new Error(MISSING);
  log("Firestore emulator: the Google Cloud SDK's (firebase-tools could not download its own).");
  const pointer = join(folder, 'firestore-emulator.jar');
  writeFileSync(pointer, manifestJar(MAIN_CLASS, pathToFileURL(sdkJar).href));
  return pointer;
}

/** The component beside the real `gcloud`, which is often a link on PATH. */
export function findSdkJar(env: NodeJS.ProcessEnv): string | null {
  const roots = (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, process.platform === 'win32' ? 'gcloud.cmd' : 'gcloud'))
    .filter((gcloud) => existsSync(gcloud))
    .map((gcloud) => dirname(dirname(realpathSync(gcloud))));
  return roots.map((root) => join(root, COMPONENT)).find((jar) => existsSync(jar)) ?? null;
}
