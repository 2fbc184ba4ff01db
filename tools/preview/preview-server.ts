import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Preview {
  readonly url: string;
  stop(): Promise<void>;
}

/** Neither the page nor a mail in it runs or loads anything. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** Shows one page, on this machine alone, on a port that is free. */
export async function startPreview(page: string): Promise<Preview> {
  const server = createServer((_, response) => {
    response.writeHead(200, HEADERS).end(page);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}
