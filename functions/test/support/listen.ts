import type { Server } from 'node:net';
import { chooseFreePort } from '../../../tools/stack/ports.js';

/**
 * Listens on a port of this machine, any free one unless one is given. Where systems put outgoing connections none is
 * chosen: while nobody listens there, nothing else comes to do so.
 */
export async function listenOn(server: Server, port?: number): Promise<number> {
  for (;;) {
    const chosen = port ?? (await chooseFreePort());
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(chosen, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
      return chosen;
    } catch (error) {
      // Somebody else has chosen it at the same moment.
      if (port !== undefined || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
