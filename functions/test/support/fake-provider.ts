import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type Answer = { readonly status: number; readonly body: unknown } | 'hang' | 'drop';

/** A provider at the HTTP boundary: answers as told and remembers what it was asked. */
export class FakeProvider {
  readonly requests: ReceivedRequest[] = [];
  answer: Answer = { status: 200, body: {} };
  private server: Server | undefined;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.requests.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
        if (this.answer === 'drop') request.socket.destroy();
        if (typeof this.answer === 'string') return;
        response
          .writeHead(this.answer.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(this.answer.body));
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
