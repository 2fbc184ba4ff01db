import { GatehouseError, UnavailableError } from '../../errors/gatehouse-error.js';
import type { Backend, BackendCost } from '../../lib/backend.js';
import { DeadlineExceededError } from '../../lib/deadline.js';
import { type FirestoreClient, type FirestoreOptions, headersFor, openClient } from './firestore-client.js';
import { fromProtoFields, type ProtoFields, type ProtoTimestamp, toProtoValue } from './values.js';
import { isDeletion, toProtoWrite, toVersion, type Write } from './writes.js';

/** A document as read. */
export interface StoredDocument {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: stores give the fields of their own documents their types
  readonly data: Record<string, any>;
  /** Changes with every write. */
  readonly version: string;
}

/** All of these must hold. */
export interface Query {
  /** Path of the collection, `orgs/abc/users`. */
  readonly collection: string;
  readonly where: Readonly<Record<string, string | null>>;
  readonly limit: number;
  /** Ids alone are wanted. */
  readonly idsOnly?: boolean;
}

/** A commit that did not happen, because a document was there, was not there, or had changed. */
export class PreconditionMissedError extends Error {
  constructor(cause: unknown) {
    super('a document was not as the commit expects it', { cause });
    this.name = 'PreconditionMissedError';
  }
}

const GRPC = {
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
};
const PRECONDITION_CODES = [GRPC.notFound, GRPC.alreadyExists, GRPC.failedPrecondition];
/** Below the deadline around the call, so that the call itself is cancelled as well. */
const RPC_TIMEOUT_MS = 1_900;
const BACKOFF = {
  initialRetryDelayMillis: 20,
  retryDelayMultiplier: 2,
  maxRetryDelayMillis: 200,
  initialRpcTimeoutMillis: RPC_TIMEOUT_MS,
  rpcTimeoutMultiplier: 1,
  maxRpcTimeoutMillis: RPC_TIMEOUT_MS,
  maxRetries: 3,
};

/**
 * All that we do with Firestore, on the low-level client: one request a call, no repetition but where nothing can have
 * happened, and commits answer what counters came to. The SDK hides that, repeats lost commits by itself, and takes two
 * to three times the CPU.
 */
export class FirestoreAccess {
  private client: Promise<FirestoreClient> | undefined;
  private readonly database: string;
  private readonly documents: string;

  constructor(
    private readonly options: FirestoreOptions,
    private readonly backend: Backend,
  ) {
    this.database = `projects/${options.projectId}/databases/(default)`;
    this.documents = `${this.database}/documents`;
  }

  /** @throws UnavailableError */
  async get(operation: string, path: string): Promise<StoredDocument | null> {
    try {
      const name = `${this.documents}/${path}`;
      return await this.call(operation, { reads: 1 }, async (client) => {
        const [document] = await client.getDocument({ name }, this.callOptions([GRPC.unavailable]));
        return toStored(document as ProtoDocument);
      });
    } catch (error) {
      if (grpcCode(error) === GRPC.notFound) return null;
      throw error;
    }
  }

  /** @throws UnavailableError */
  query(operation: string, { collection, where, limit, idsOnly = false }: Query): Promise<StoredDocument[]> {
    const slash = collection.lastIndexOf('/');
    const parent = slash < 0 ? this.documents : `${this.documents}/${collection.slice(0, slash)}`;
    const structuredQuery = {
      from: [{ collectionId: collection.slice(slash + 1) }],
      where: { compositeFilter: { op: 'AND' as const, filters: Object.entries(where).map(toProtoFilter) } },
      limit: { value: limit },
      ...(idsOnly ? { select: { fields: [{ fieldPath: '__name__' }] } } : {}),
    };
    return this.call(operation, { reads: 1 }, (client) =>
      readAll(client.runQuery({ parent, structuredQuery }, this.callOptions([]))),
    );
  }

  /**
   * All writes or none. Answers, per write, what its counters came to.
   * @throws PreconditionMissedError, UnavailableError
   */
  async commit(operation: string, writes: readonly Write[]): Promise<number[][]> {
    const request = { database: this.database, writes: writes.map((write) => toProtoWrite(this.documents, write)) };
    try {
      return await this.call(operation, costOf(writes), async (client) => {
        // ABORTED means that nothing was written. After a lost answer a repetition would count twice.
        const [response] = await client.commit(request, this.callOptions([GRPC.aborted]));
        return (response.writeResults ?? []).map(({ transformResults }) =>
          (transformResults ?? []).map(({ integerValue }) => Number(integerValue ?? 0)),
        );
      });
    } catch (error) {
      if (PRECONDITION_CODES.includes(grpcCode(error) ?? -1)) throw new PreconditionMissedError(error);
      throw error;
    }
  }

  /** Commits; false instead of an error when a precondition was not met. @throws UnavailableError */
  async commitUnlessMissed(operation: string, writes: readonly Write[]): Promise<boolean> {
    try {
      await this.commit(operation, writes);
      return true;
    } catch (error) {
      if (error instanceof PreconditionMissedError) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    await (await this.client)?.close();
  }

  private async call<T>(
    operation: string,
    cost: BackendCost,
    run: (client: FirestoreClient) => Promise<T>,
  ): Promise<T> {
    this.client ??= openClient(this.options);
    const client = await this.client;
    try {
      return await this.backend.call(operation, cost, () => run(client));
    } catch (error) {
      throw isFailure(error) ? new UnavailableError(error) : error;
    }
  }

  private callOptions(retryCodes: number[]) {
    const retry = retryCodes.length === 0 ? null : { retryCodes, backoffSettings: BACKOFF };
    return { timeout: RPC_TIMEOUT_MS, retry, otherArgs: { headers: headersFor(this.options) } };
  }
}

interface ProtoDocument {
  readonly name: string;
  readonly fields: ProtoFields;
  readonly updateTime: ProtoTimestamp;
}

function toStored({ name, fields, updateTime }: ProtoDocument): StoredDocument {
  return { id: name.slice(name.lastIndexOf('/') + 1), data: fromProtoFields(fields), version: toVersion(updateTime) };
}

function readAll(answers: NodeJS.ReadableStream): Promise<StoredDocument[]> {
  return new Promise((resolve, reject) => {
    const documents: StoredDocument[] = [];
    answers.on('data', ({ document }: { document?: ProtoDocument | null }) => {
      if (document) documents.push(toStored(document));
    });
    answers.on('end', () => resolve(documents));
    answers.on('error', reject);
  });
}

function toProtoFilter([fieldPath, value]: [string, string | null]) {
  if (value === null) return { unaryFilter: { field: { fieldPath }, op: 'IS_NULL' as const } };
  return { fieldFilter: { field: { fieldPath }, op: 'EQUAL' as const, value: toProtoValue(value) } };
}

function costOf(writes: readonly Write[]): BackendCost {
  const deletes = writes.filter(isDeletion).length;
  return { writes: writes.length - deletes, deletes };
}

/** A gRPC status or a missed deadline. A TypeError stays what it is: a bug of ours. */
function isFailure(error: unknown): boolean {
  if (error instanceof GatehouseError) return false;
  if (error instanceof DeadlineExceededError) return true;
  const code = grpcCode(error);
  return code !== undefined && !PRECONDITION_CODES.includes(code);
}

function grpcCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
