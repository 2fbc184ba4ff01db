import type { Backend, BackendCost, Repetition } from '../../lib/backend.js';
import { BACKEND_TIMES, REPETITIONS } from '../../lib/backend-policy.js';
import { type FirestoreClient, type FirestoreOptions, headersFor, openClient } from './firestore-client.js';
import { commitFailure, GRPC, hasCode, PreconditionMissedError, readFailure } from './firestore-errors.js';
import { type Query, toProtoQuery } from './firestore-query.js';
import { fromProtoFields, type ProtoFields, type ProtoTimestamp } from './values.js';
import { isDeletion, toProtoWrite, toVersion, type Write } from './writes.js';

/** A document as read. */
export interface StoredDocument {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: stores give the fields of their own documents their types
  readonly data: Record<string, any>;
  /** Changes with every write. */
  readonly version: string;
}

/** What a commit made of one document. */
interface Written {
  /** What its counters came to. */
  readonly counters: number[];
  /** As `StoredDocument` has it. Empty for a deletion. */
  readonly version: string;
}

/** So far below the deadline around the call, and told to the server, so that it ends its work as well. */
const RPC_MARGIN_MS = 100;
/** The client's own pass the budget by. It has two kinds, and that of queries waits for seconds before it tells of an error. */
const NO_REPETITION = { retry: null, retryRequestOptions: { retries: 0, noResponseRetries: 0 } };
const READ_AGAIN: Repetition = { when: hasCode(GRPC.unavailable), times: REPETITIONS.read };
/** ABORTED means that nothing was written. After a lost answer a repetition would count twice. */
const COMMIT_AGAIN: Repetition = { when: hasCode(GRPC.aborted), times: REPETITIONS.commit };

/**
 * All that we do with Firestore, on the low-level client: one request an attempt, no other but where nothing can have
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
    const name = `${this.documents}/${path}`;
    try {
      const [document] = await this.call(operation, { reads: 1 }, READ_AGAIN, (client, signal) =>
        cancelledBy(signal, client.getDocument({ name }, this.callOptions())),
      );
      return toStored(document as ProtoDocument);
    } catch (error) {
      if (hasCode(GRPC.notFound)(error)) return null;
      throw readFailure(error);
    }
  }

  /** @throws UnavailableError */
  async query(operation: string, query: Query): Promise<StoredDocument[]> {
    const request = toProtoQuery(this.documents, query);
    try {
      return await this.call(operation, { reads: 1 }, READ_AGAIN, (client, signal) =>
        readAll(signal, client.runQuery(request, this.callOptions())),
      );
    } catch (error) {
      throw readFailure(error);
    }
  }

  /**
   * All writes or none. Answers, per write, what its counters came to.
   * @throws PreconditionMissedError, RequestInProgressError, UnavailableError
   */
  async commit(operation: string, writes: readonly Write[]): Promise<number[][]> {
    return (await this.commitForResults(operation, writes)).map(({ counters }) => counters);
  }

  /** Commits; false instead of an error when a precondition was not met. @throws RequestInProgressError, UnavailableError */
  async commitUnlessMissed(operation: string, writes: readonly Write[]): Promise<boolean> {
    return (await this.commitForVersions(operation, writes)) !== null;
  }

  /** Commits, and answers the new version of each document; null instead of an error when a precondition was not met. */
  async commitForVersions(operation: string, writes: readonly Write[]): Promise<string[] | null> {
    try {
      return (await this.commitForResults(operation, writes)).map(({ version }) => version);
    } catch (error) {
      if (error instanceof PreconditionMissedError) return null;
      throw error;
    }
  }

  /**
   * Commits, and answers what each document came to.
   * @throws PreconditionMissedError, RequestInProgressError, UnavailableError
   */
  async commitForResults(operation: string, writes: readonly Write[]): Promise<Written[]> {
    const request = { database: this.database, writes: writes.map((write) => toProtoWrite(this.documents, write)) };
    try {
      const [response] = await this.call(operation, costOf(writes), COMMIT_AGAIN, (client, signal) =>
        cancelledBy(signal, client.commit(request, this.callOptions())),
      );
      return (response.writeResults ?? []).map(({ transformResults, updateTime }) => ({
        counters: (transformResults ?? []).map(({ integerValue }) => Number(integerValue ?? 0)),
        version: updateTime ? toVersion(updateTime as ProtoTimestamp) : '',
      }));
    } catch (error) {
      throw commitFailure(error);
    }
  }

  async close(): Promise<void> {
    await (await this.client)?.close();
  }

  private async call<T>(
    operation: string,
    cost: BackendCost,
    repetition: Repetition,
    run: (client: FirestoreClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.client ??= openClient(this.options);
    const client = await this.client;
    return this.backend.call(operation, cost, (signal) => run(client, signal), repetition);
  }

  private callOptions() {
    const { timeoutMs = BACKEND_TIMES.firestore.timeoutMs } = this.options;
    const otherArgs = { headers: headersFor(this.options) };
    return { timeout: timeoutMs - RPC_MARGIN_MS, ...NO_REPETITION, otherArgs };
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

/** What a call of the client really answers; its types do not say. */
interface Cancellable {
  cancel(): void;
}

function cancelledBy<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  signal.addEventListener('abort', () => (call as Promise<T> & Cancellable).cancel(), { once: true });
  return call;
}

function readAll(signal: AbortSignal, answers: NodeJS.ReadableStream): Promise<StoredDocument[]> {
  signal.addEventListener('abort', () => (answers as NodeJS.ReadableStream & Cancellable).cancel(), { once: true });
  return new Promise((resolve, reject) => {
    const documents: StoredDocument[] = [];
    answers.on('data', ({ document }: { document?: ProtoDocument | null }) => {
      if (document) documents.push(toStored(document));
    });
    answers.on('end', () => resolve(documents));
    answers.on('error', reject);
  });
}

function costOf(writes: readonly Write[]): BackendCost {
  const deletes = writes.filter(isDeletion).length;
  return { writes: writes.length - deletes, deletes };
}
