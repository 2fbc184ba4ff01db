import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WireFaults } from './wire-fault.js';

/** Stands in front of a backend that speaks JSON over HTTP, such as Identity Platform. */
export class HttpFaultProxy {
  readonly faults = new WireFaults();
  private constructor(private readonly server: Server) {}

  static async to(target: string): Promise<HttpFaultProxy> {
    const server = createServer();
    const proxy = new HttpFaultProxy(server);
    server.on('request', (request, response) => void proxy.pass(target, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    const method = path.split('?')[0]?.split('/').at(-1) ?? '';
    await this.faults.pass(
      { method, text: body.toString() },
      {
        forward: async () => {
          const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
          const answer = await fetch(`http://${target}${path}`, {
            method: request.method ?? 'GET',
            headers: headers as Record<string, string>,
            body: body.length > 0 ? body : null,
          });
          const text = await answer.text();
          return () => response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
        },
        refuse: ({ status = 500, reason = 'INTERNAL' }) => {
          const error = JSON.stringify({ error: { code: status, message: reason, errors: [] } });
          response.writeHead(status, { 'content-type': 'application/json' }).end(error);
        },
        drop: () => request.socket.destroy(),
      },
    );
  }
}
