import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What Firestore itself was asked: one entry a remote call, with the documents that it bills. */
export interface WireCall {
  readonly method: string;
  reads: number;
  writes: number;
  deletes: number;
}

/** One protobuf field of a message: its number and, where it has a length, its bytes. */
interface Field {
  readonly number: number;
  readonly bytes: Buffer | null;
}

const GRPC_PREFIX = 5;
/** Field numbers of google.firestore.v1: CommitRequest.writes, Write.delete, and the documents of the two read answers. */
const COMMIT_WRITES = 2;
const WRITE_DELETE = 2;
const BATCH_GET_RESULTS = [1, 2];
const QUERY_DOCUMENT = 1;

/**
 * Stands between our Firestore clients and the emulator and reads along: an account of reads and writes that owes nothing
 * to what our adapters say of themselves.
 */
export class FirestoreWire {
  readonly calls: WireCall[] = [];
  private constructor(
    private readonly server: Http2Server,
    private readonly upstream: ClientHttp2Session,
  ) {}

  static async listen(emulatorHost: string): Promise<FirestoreWire> {
    const upstream = connect(`http://${emulatorHost}`);
    const server = createServer();
    const wire = new FirestoreWire(server, upstream);
    server.on('stream', (stream, headers) => wire.forward(stream, headers));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.upstream.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    const call: WireCall = { method, reads: 0, writes: 0, deletes: 0 };
    this.calls.push(call);
    const sent: Buffer[] = [];
    const received: Buffer[] = [];
    const outgoing = this.upstream.request({ ...headers, ':authority': undefined });
    stream.on('data', (chunk: Buffer) => sent.push(chunk));
    stream.on('end', () => countCommit(call, Buffer.concat(sent)));
    stream.on('error', () => outgoing.close());
    stream.pipe(outgoing);
    outgoing.on('error', () => stream.close());
    outgoing.on('response', (answer) => stream.respond(answer, { waitForTrailers: true }));
    outgoing.on('trailers', (trailers) => stream.on('wantTrailers', () => stream.sendTrailers(trailers)));
    outgoing.on('data', (chunk: Buffer) => received.push(chunk));
    outgoing.on('end', () => countReads(call, Buffer.concat(received)));
    outgoing.pipe(stream);
  }
}

function countCommit(call: WireCall, body: Buffer): void {
  if (call.method !== 'Commit') return;
  const writes = messagesOf(body)
    .flatMap(fieldsOf)
    .filter(({ number }) => number === COMMIT_WRITES);
  const deletes = writes.filter(
    ({ bytes }) => bytes !== null && fieldsOf(bytes).some(({ number }) => number === WRITE_DELETE),
  );
  call.deletes += deletes.length;
  call.writes += writes.length - deletes.length;
}

/** A document that is not there is billed as a read, and so is a query that finds nothing. */
function countReads(call: WireCall, body: Buffer): void {
  const fields = messagesOf(body).flatMap(fieldsOf);
  const having = (numbers: readonly number[]) => fields.filter(({ number }) => numbers.includes(number)).length;
  // One document by its name is a read whether it is there or not; the answer to a missing one has no body.
  if (call.method === 'GetDocument') call.reads += 1;
  if (call.method === 'BatchGetDocuments') call.reads += having(BATCH_GET_RESULTS);
  if (call.method === 'RunQuery') call.reads += Math.max(1, having([QUERY_DOCUMENT]));
}

function messagesOf(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + GRPC_PREFIX <= body.length; ) {
    const length = body.readUInt32BE(at + 1);
    messages.push(body.subarray(at + GRPC_PREFIX, at + GRPC_PREFIX + length));
    at += GRPC_PREFIX + length;
  }
  return messages;
}

/** @see https://protobuf.dev/programming-guides/encoding/ */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at);
    const { length, bytes } = readValue(message, tag.end, tag.value % 8);
    fields.push({ number: Math.floor(tag.value / 8), bytes });
    at = tag.end + length;
  }
  return fields;
}

function readValue(message: Buffer, at: number, wireType: number): { length: number; bytes: Buffer | null } {
  if (wireType === 0) return { length: readVarint(message, at).end - at, bytes: null };
  if (wireType === 1) return { length: 8, bytes: null };
  if (wireType === 5) return { length: 4, bytes: null };
  if (wireType !== 2) throw new Error('this is no protobuf message');
  const { value, end } = readVarint(message, at);
  return { length: end - at + value, bytes: message.subarray(end, end + value) };
}

function readVarint(message: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  let end = at;
  for (let factor = 1; ; factor *= 128) {
    const byte = message.readUInt8(end++);
    value += (byte % 128) * factor;
    if (byte < 128) return { value, end };
  }
}
