import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT_DIR } from '../paths.js';
import { InvalidMessageError, parseNewMessage } from './outbox-message.js';
import { OutboxStore } from './outbox-store.js';

/** The local stand-in for the SMS and e-mail providers: JSON for programs, a page for people. */
export interface Outbox {
  /** Of the messages: http://127.0.0.1:5010/messages */
  url: string;
  pageUrl: string;
  store: OutboxStore;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 1_000_000;
const PAGE_FILE = join(ROOT_DIR, 'tools', 'outbox', 'outbox-page.html');
/** Messages are text of strangers: nothing in the page may load or send anything but to the outbox itself. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Listens on this machine alone. Port 0 takes any. */
export async function startOutbox(port: number): Promise<Outbox> {
  const store = new OutboxStore();
  const server = createServer((request, response) => {
    handle(store, request, response).catch((error: unknown) => fail(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `${origin}/messages`, pageUrl: `${origin}/`, store, stop };
}

async function handle(store: OutboxStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://outbox');
  const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`;
  if (!isLocal(request)) return sendJson(response, 403, { error: 'open the outbox by its local address' });
  if (route === 'GET /' || (route === 'GET /messages' && wantsPage(request))) return sendPage(response);
  if (route === 'GET /messages') return sendJson(response, 200, store.list(contactOf(url)));
  if (route === 'POST /messages') return sendJson(response, 201, store.add(parseNewMessage(await readJson(request))));
  if (route !== 'DELETE /messages') return sendJson(response, 404, { error: 'not found' });
  store.clear();
  response.writeHead(204).end();
}

/** A `+` that nobody encoded reads as a space in a query; no contact begins with a space. */
function contactOf(url: URL): string | undefined {
  return url.searchParams.get('to')?.replace(/^ (?=\d)/, '+');
}

/**
 * Codes lie here in the open, so pages of other sites must not get at them: neither under a name of theirs that resolves
 * to this machine, nor by a request out of their pages.
 */
function isLocal(request: IncomingMessage): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(host)) return false;
  const { origin } = request.headers;
  return origin === undefined || origin === `http://${request.headers.host}`;
}

function wantsPage(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').includes('text/html');
}

async function sendPage(response: ServerResponse): Promise<void> {
  response.writeHead(200, PAGE_HEADERS).end(await readFile(PAGE_FILE));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new InvalidMessageError('the message is too large');
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new InvalidMessageError('the body is not JSON');
  }
}

function fail(response: ServerResponse, error: unknown): void {
  if (error instanceof InvalidMessageError) {
    sendJson(response, 400, { error: error.message });
    return;
  }
  console.error('outbox:', error);
  if (!response.headersSent) sendJson(response, 500, { error: 'internal' });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
