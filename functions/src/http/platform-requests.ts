import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

interface ContentType {
  readonly type: string | undefined;
  readonly encoding: string | undefined;
}

const originals = new WeakMap<IncomingMessage, ContentType>();

/**
 * The platform's servers (functions-framework, the Functions emulator) read requests before the function is called: they
 * answer broken JSON and broken escapes in the path with a page of their own, and inflate compressed bodies up to 1 GB.
 * Node announces each request before any listener sees it; what they would stumble over is changed there.
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function takeRequestsAsTheyCome(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    hideBody(request);
    mendPath(request);
  });
}

/** What the client said of its body. */
export function originalContentType(request: IncomingMessage): ContentType {
  return originals.get(request) ?? contentType(request);
}

/** As plain bytes, the servers leave it to us. */
function hideBody(request: IncomingMessage): void {
  originals.set(request, contentType(request));
  if (request.headers['content-type'] !== undefined) request.headers['content-type'] = 'application/octet-stream';
  delete request.headers['content-encoding'];
}

/** A path that can't be decoded is none of ours: with its escapes escaped it is simply not found. */
function mendPath(request: IncomingMessage): void {
  try {
    decodeURIComponent(request.url ?? '');
  } catch {
    request.url = request.url?.replaceAll('%', '%25');
  }
}

function contentType({ headers }: IncomingMessage): ContentType {
  return { type: headers['content-type'], encoding: headers['content-encoding'] };
}
