import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { listenOn } from './listen.js';

export interface StubRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

type StubHeaders = Readonly<Record<string, string>>;

/** `text` goes out as it is, whatever it is. */
export type StubAnswer =
  | { readonly status: number; readonly text: string; readonly headers?: StubHeaders }
  | { readonly status: number; readonly json: unknown; readonly headers?: StubHeaders }
  | 'hang'
  | 'drop'
  | 'half';

/** A server of somebody else's, at the HTTP boundary: remembers what it was asked, and answers well, badly or not at all. */
export class StubServer {
  readonly requests: StubRequest[] = [];
  /** One for all requests, or made for each. */
  answer: StubAnswer | ((request: StubRequest) => StubAnswer) = { status: 200, json: {} };
  host = '';
  private server: Server | undefined;

  /** On a port that is free unless one is given. */
  async start(port?: number): Promise<void> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = '', headers } = request;
      const text = Buffer.concat(chunks).toString();
      const isJson = headers['content-type']?.includes('json') === true && text !== '';
      const body: unknown = isJson ? JSON.parse(text) : text;
      const taken = { method, url: new URL(request.url ?? '/', 'http://stub'), headers, body };
      this.requests.push(taken);
      await this.reply(taken, response);
    });
    this.server = server;
    this.host = `127.0.0.1:${await listenOn(server, port)}`;
  }

  /** The one request since the last time that this was asked. */
  taken(): StubRequest {
    const requests = this.requests.splice(0);
    if (requests.length !== 1 || requests[0] === undefined) throw new Error(`${requests.length} requests, not one`);
    return requests[0];
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }

  /** What a request is met with. */
  protected async reply(request: StubRequest, response: ServerResponse): Promise<void> {
    respond(response, typeof this.answer === 'function' ? this.answer(request) : this.answer);
  }
}

export function respond(response: ServerResponse, answer: StubAnswer): void {
  if (answer === 'hang') return;
  if (answer === 'drop') {
    response.destroy();
    return;
  }
  if (answer === 'half') {
    response.writeHead(200, { 'content-length': 1_000 }).write('{"localId":');
    setTimeout(() => response.destroy(), 5);
    return;
  }
  response
    .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    .end('text' in answer ? answer.text : JSON.stringify(answer.json));
}
