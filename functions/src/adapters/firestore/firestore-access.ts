import type { Firestore, v1 } from '@google-cloud/firestore';
import { GatehouseError, UnavailableError } from '../../errors/gatehouse-error.js';
import type { Backend, BackendCost } from '../../lib/backend.js';
import { DeadlineExceededError } from '../../lib/deadline.js';

export interface FirestoreOptions {
  readonly projectId: string;
  /** host:port of the emulator; absent in production. */
  readonly emulatorHost?: string | undefined;
}

/** The SDK, and the low-level client beside it: only that one answers what an increment came to. */
export interface FirestoreClients {
  readonly db: Firestore;
  readonly raw: InstanceType<typeof v1.FirestoreClient>;
}

/** What a precondition that was not met answers; stores turn these into outcomes. Everything else is a failure. */
const OUTCOMES = { notFound: 5, alreadyExists: 6, failedPrecondition: 9 } as const;

/** All calls to Firestore: loaded on first use, under one deadline, failures translated. */
export class FirestoreAccess {
  private clients: Promise<FirestoreClients> | undefined;

  constructor(
    readonly options: FirestoreOptions,
    private readonly backend: Backend,
  ) {}

  /** @throws UnavailableError, or the SDK's own error for a precondition that was not met. */
  async run<T>(operation: string, cost: BackendCost, work: (clients: FirestoreClients) => Promise<T>): Promise<T> {
    this.clients ??= openClients(this.options);
    const clients = await this.clients;
    try {
      return await this.backend.call(operation, cost, () => work(clients));
    } catch (error) {
      throw isFailure(error) ? new UnavailableError(error) : error;
    }
  }

  documentName(path: string): string {
    return `projects/${this.options.projectId}/databases/(default)/documents/${path}`;
  }

  async close(): Promise<void> {
    const clients = await this.clients;
    if (clients === undefined) return;
    await Promise.all([clients.db.terminate(), clients.raw.close()]);
  }
}

export function isNotFound(error: unknown): boolean {
  return grpcCode(error) === OUTCOMES.notFound;
}

export function isAlreadyExists(error: unknown): boolean {
  return grpcCode(error) === OUTCOMES.alreadyExists;
}

/** Whether a commit was refused because a document was there, was not there, or had changed. */
export function isPreconditionMiss(error: unknown): boolean {
  return Object.values(OUTCOMES).some((code) => code === grpcCode(error));
}

/** Runs a commit; false instead of an error when a precondition was not met. */
export async function commitUnlessMissed(commit: Promise<unknown>): Promise<boolean> {
  try {
    await commit;
    return true;
  } catch (error) {
    if (isPreconditionMiss(error)) return false;
    throw error;
  }
}

async function openClients({ projectId, emulatorHost }: FirestoreOptions): Promise<FirestoreClients> {
  // A CommonJS module: `v1` is a getter of its default export alone.
  const { Firestore, v1 } = (await import('@google-cloud/firestore'))
    .default as unknown as typeof import('@google-cloud/firestore');
  if (emulatorHost === undefined) {
    return {
      db: new Firestore({ projectId, ignoreUndefinedProperties: true }),
      raw: new v1.FirestoreClient({ projectId }),
    };
  }
  const { credentials } = await import('@grpc/grpc-js');
  const [servicePath, port] = splitHost(emulatorHost);
  const db = new Firestore({
    projectId,
    host: emulatorHost,
    ssl: false,
    ignoreUndefinedProperties: true,
    customHeaders: EMULATOR_OWNER,
  });
  const raw = new v1.FirestoreClient({ projectId, servicePath, port, sslCreds: credentials.createInsecure() });
  return { db, raw };
}

/** The emulator lets this header past the security rules, as IAM lets a service account past them. */
export const EMULATOR_OWNER = { Authorization: 'Bearer owner' };

function splitHost(host: string): [string, number] {
  const { hostname, port } = new URL(`http://${host}`);
  return [hostname, Number(port)];
}

/** A gRPC status or a missed deadline. A TypeError stays what it is: a bug of ours. */
function isFailure(error: unknown): boolean {
  if (error instanceof GatehouseError) return false;
  if (error instanceof DeadlineExceededError) return true;
  return grpcCode(error) !== undefined && !isPreconditionMiss(error);
}

function grpcCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
