import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { WireFaults } from './wire-fault.js';

/** Stands in front of Firestore and makes calls fail as gRPC has them fail. */
export class GrpcFaultProxy {
  readonly faults = new WireFaults();
  private constructor(
    private readonly server: Http2Server,
    private readonly upstream: ClientHttp2Session,
  ) {}

  static async to(target: string): Promise<GrpcFaultProxy> {
    const server = createServer();
    const proxy = new GrpcFaultProxy(server, connect(`http://${target}`));
    server.on('stream', (stream, headers) => void proxy.pass(stream, headers));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.upstream.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    // The client may have given up by the time that it is answered.
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => stream.on('end', resolve));
    const body = Buffer.concat(chunks);
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    await this.faults.pass(
      { method, text: body.toString('latin1') },
      {
        forward: () => this.forward(stream, headers, body),
        refuse: ({ status = 14, reason = 'refused' }) =>
          stream.respond(
            {
              ':status': 200,
              'content-type': 'application/grpc',
              'grpc-status': String(status),
              'grpc-message': reason,
            },
            { endStream: true },
          ),
        drop: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      },
    );
  }

  private async forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer): Promise<() => void> {
    // Cancelled while it was held up.
    if (stream.closed || stream.destroyed) return () => {};
    const outgoing = this.upstream.request({ ...headers, ':authority': undefined });
    outgoing.end(body);
    let answered: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const received: Buffer[] = [];
    outgoing.on('response', (given) => {
      answered = given;
    });
    outgoing.on('trailers', (given) => {
      trailers = given;
    });
    outgoing.on('data', (chunk: Buffer) => received.push(chunk));
    await new Promise((resolve) => outgoing.on('close', resolve));
    return () => {
      if (stream.closed || stream.destroyed) return;
      // An answer without a body: its status stands in the headers.
      if ('grpc-status' in answered) return stream.respond(answered, { endStream: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.respond(answered, { waitForTrailers: true });
      stream.end(Buffer.concat(received));
    };
  }
}
