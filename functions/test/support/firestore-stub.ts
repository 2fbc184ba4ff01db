import { EventEmitter } from 'node:events';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';

/** A gRPC status, an answer in bytes, or none. */
export type StubReply = { readonly code: number } | { readonly bytes: Buffer } | 'hang';

export interface StubCall {
  readonly method: string;
  /** Whether its client has ended it before its time. */
  cancelled: boolean;
}

/** An empty message: a commit without results. */
export const EMPTY: StubReply = { bytes: Buffer.alloc(0) };
/** google.firestore.v1.Document with `name` ("d/1") and `update_time` (1 s). */
export const DOCUMENT: StubReply = { bytes: Buffer.from('0a03642f3122020801', 'hex') };
/** RunQueryResponse with that document, which is its first field. */
export const FOUND: StubReply = { bytes: Buffer.from('0a090a03642f3122020801', 'hex') };

/** A call that ends by its deadline is told a little before or after it. */
const DEADLINE_GRAIN_MS = 200;

const asIs = (bytes: Buffer) => bytes;
const unary = { requestStream: false, requestSerialize: asIs, requestDeserialize: asIs };

/** Firestore at the gRPC boundary: answers well, badly or not at all, and tells which calls were cancelled. */
export class FirestoreStub {
  readonly calls: StubCall[] = [];
  /** One reply a call, the last one from then on. */
  replies: StubReply[] = [EMPTY];
  /** Emits `cancelled` for each call that ends without an answer. */
  readonly cancellations = new EventEmitter();
  host = '';
  private readonly server = new Server();

  async start(): Promise<void> {
    const method = (name: string, responseStream: boolean) => ({
      ...unary,
      path: `/google.firestore.v1.Firestore/${name}`,
      responseStream,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    });
    this.server.addService(
      {
        GetDocument: method('GetDocument', false),
        Commit: method('Commit', false),
        RunQuery: method('RunQuery', true),
      },
      {
        GetDocument: this.answer('GetDocument'),
        Commit: this.answer('Commit'),
        RunQuery: (call: ServerWritableStream<Buffer, Buffer>) => this.stream(call),
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.host = `127.0.0.1:${port}`;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private answer(method: string) {
    return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      const reply = this.note(method, call);
      if (reply === 'hang') return;
      if ('code' in reply) callback({ code: reply.code, details: 'injected' });
      else callback(null, reply.bytes);
    };
  }

  private stream(call: ServerWritableStream<Buffer, Buffer>): void {
    const reply = this.note('RunQuery', call);
    if (reply === 'hang') return;
    if ('code' in reply) {
      call.emit('error', { code: reply.code, details: 'injected' });
      return;
    }
    call.write(reply.bytes);
    call.end();
  }

  private note(
    method: string,
    call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>,
  ): StubReply {
    const noted: StubCall = { method, cancelled: false };
    this.calls.push(noted);
    call.on('cancelled', () => {
      noted.cancelled = Date.now() < Number(call.getDeadline()) - DEADLINE_GRAIN_MS;
      this.cancellations.emit('cancelled');
    });
    return this.replies[Math.min(this.calls.length, this.replies.length) - 1] as StubReply;
  }
}
