import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

interface ContentType {
  readonly type: string | undefined;
  readonly encoding: string | undefined;
}

const originals = new WeakMap<IncomingMessage, ContentType>();

/**
 * The platform's servers (functions-framework, the Functions emulator) parse bodies before the function is called: they
 * answer broken JSON with a page of their own and inflate compressed bodies up to 1 GB. Node announces each request before
 * any listener sees it; marked as plain bytes there, the body reaches us as it came.
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function keepBodiesUnparsed(): void {
  subscribe('http.server.request.start', (message) => {
    const { headers } = (message as { request: IncomingMessage }).request;
    originals.set((message as { request: IncomingMessage }).request, {
      type: headers['content-type'],
      encoding: headers['content-encoding'],
    });
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/octet-stream';
    delete headers['content-encoding'];
  });
}

export function originalContentType(request: IncomingMessage): ContentType {
  return (
    originals.get(request) ?? { type: request.headers['content-type'], encoding: request.headers['content-encoding'] }
  );
}
