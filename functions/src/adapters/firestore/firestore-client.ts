import { createRequire } from 'node:module';
import type { v1 } from '@google-cloud/firestore';

export interface FirestoreOptions {
  readonly projectId: string;
  /** host:port of the emulator; absent in production. */
  readonly emulatorHost?: string | undefined;
  /** The deadline around each call, in milliseconds; the policy's unless given. */
  readonly timeoutMs?: number;
}

/** Google's own client of the Firestore API, below the SDK. */
export type FirestoreClient = InstanceType<typeof v1.FirestoreClient>;

/** The emulator lets this header past the security rules, as IAM lets a service account past them. */
const EMULATOR_OWNER = { Authorization: 'Bearer owner' };

/** Loads the client on first need: it is the largest thing that an instance loads. */
export async function openClient({ projectId, emulatorHost }: FirestoreOptions): Promise<FirestoreClient> {
  // The package's entry would load the whole SDK as well.
  const { FirestoreClient } = createRequire(import.meta.url)(
    '@google-cloud/firestore/build/src/v1/firestore_client.js',
  ) as typeof v1;
  if (emulatorHost === undefined) return new FirestoreClient({ projectId });
  const { credentials } = await import('@grpc/grpc-js');
  const { hostname: servicePath, port } = new URL(`http://${emulatorHost}`);
  return new FirestoreClient({ projectId, servicePath, port: Number(port), sslCreds: credentials.createInsecure() });
}

export function headersFor({ projectId, emulatorHost }: FirestoreOptions): Record<string, string> {
  const routing = { 'google-cloud-resource-prefix': `projects/${projectId}/databases/(default)` };
  return emulatorHost === undefined ? routing : { ...routing, ...EMULATOR_OWNER };
}
