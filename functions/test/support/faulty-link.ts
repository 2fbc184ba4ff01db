import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOn } from './listen.js';

/** `refused`: nothing listens. `silent`: connections are taken and bytes go nowhere. */
export type LinkState = 'up' | 'refused' | 'silent';

/** A TCP link to a backend that can be cut, so that a client meets what a real outage gives it. */
export class FaultyLink {
  /** How often something was sent while it was silent. */
  swallowed = 0;
  private readonly sockets = new Set<Socket>();
  private state: LinkState = 'up';
  private server: Server | undefined;
  private port: number | undefined;

  private constructor(private readonly target: string) {}

  static async to(target: string): Promise<FaultyLink> {
    const link = new FaultyLink(target);
    await link.listen();
    return link;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  async set(state: LinkState): Promise<void> {
    this.state = state;
    for (const socket of state === 'silent' ? [] : this.sockets) socket.destroy();
    if (state === 'refused') await this.unlisten();
    else if (this.server === undefined) await this.listen();
  }

  async close(): Promise<void> {
    await this.set('refused');
  }

  /** Always the same port, so that clients find the backend again. */
  private async listen(): Promise<void> {
    const server = createServer((socket) => this.forward(socket));
    this.port = await listenOn(server, this.port);
    this.server = server;
  }

  private async unlisten(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  private forward(socket: Socket): void {
    const [address, port] = this.target.split(':');
    const upstream = connect(Number(port), address);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (chunk) => {
        if (this.state === 'up') to.write(chunk);
        else this.swallowed += 1;
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
