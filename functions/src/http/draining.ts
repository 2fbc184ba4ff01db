import { subscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import { SECOND_MS } from '../lib/clock.js';
import { type Shutdown, shutdown } from '../lib/deadline.js';
import { whenOver } from './when-over.js';

/** Cloud Run takes the process away 10 s after it has sent SIGTERM: by then every request is answered. */
const ANSWERED_MS = 7 * SECOND_MS;
/** And the process has ended by itself, whatever still hangs. */
const ENDED_MS = 8 * SECOND_MS;

interface RequestStart {
  readonly response: ServerResponse;
  readonly server: Server;
}

/**
 * Lets a process that is told to end finish what it was asked. functions-framework would end it on the spot, its requests
 * half done, and answer the latest of them 500. Node announces each request, and with it the server, which is the
 * framework's and not ours. Work behind the answers ends with `idle`.
 * @see https://cloud.google.com/run/docs/container-contract#instance-shutdown
 */
export function drainOnSigterm(idle: () => Promise<void>): void {
  const drain = new Drain(shutdown, idle, () => process.exit(0));
  subscribe('http.server.request.start', (message) => drain.take(message as RequestStart));
}

class Drain {
  /** Of requests that are not answered, or are still worked on though nobody waits for the answer. */
  private readonly open = new Set<ServerResponse>();
  private server: Server | undefined;

  constructor(
    private readonly ending: Shutdown,
    private readonly idle: () => Promise<void>,
    private readonly exit: () => void,
  ) {}

  take({ response, server }: RequestStart): void {
    if (this.server === undefined) this.takeOver(server);
    this.open.add(response);
    whenOver(response, () => this.release(response));
    if (this.ending.begun) response.setHeader('Connection', 'close');
  }

  /** The framework listens for the signal from when it listens for requests. Before the first there is nothing to finish. */
  private takeOver(server: Server): void {
    this.server = server;
    process.removeAllListeners('SIGTERM');
    // Once: a second signal ends the process as it would any other.
    process.once('SIGTERM', () => this.begin());
  }

  private begin(): void {
    this.ending.begin(ANSWERED_MS);
    setTimeout(this.exit, ENDED_MS);
    for (const response of this.open) if (!response.headersSent) response.setHeader('Connection', 'close');
    // No new connections; requests on those that are open are still taken.
    this.server?.close();
    this.exitWhenOver();
  }

  private release(response: ServerResponse): void {
    this.open.delete(response);
    if (this.ending.begun) this.exitWhenOver();
  }

  /** Others listen for the end of the same response, after us: the line of the last request is theirs to write. */
  private exitWhenOver(): void {
    setImmediate(() => {
      if (this.open.size === 0) void this.idle().then(this.exit);
    });
  }
}
