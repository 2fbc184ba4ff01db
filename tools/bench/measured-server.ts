import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { FUNCTIONS_DIR, ROOT_DIR } from '../paths.js';
import { BENCH_NODE } from './evidence.js';

const PRELOAD = pathToFileURL(join(ROOT_DIR, 'tools', 'bench', 'report-cpu.mjs')).href;
const START_TIMEOUT_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A server in a process of its own, whose CPU time can be asked for. */
export class MeasuredServer {
  private readonly agent: Agent;

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    concurrency: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  }

  static async start(args: string[], env: Record<string, string>, port: number, concurrency: number) {
    const child = spawn(BENCH_NODE, ['--import', PRELOAD, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    // Its log lines are read and dropped, as the platform reads them.
    child.stdout?.resume();
    const server = new MeasuredServer(child, port, concurrency);
    const end = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < end && child.exitCode === null) {
      const answer = await server.send('GET', '/health').catch(() => null);
      if (answer !== null) return server;
      await sleep(50);
    }
    throw new Error('the measured server did not start');
  }

  async cpuMs(): Promise<number> {
    const told = once(this.child, 'message');
    this.child.send('cpu');
    const [{ user, system }] = (await told) as [NodeJS.CpuUsage];
    return (user + system) / 1_000;
  }

  send(method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = text === undefined ? {} : { 'content-type': 'application/json' };
    const options = {
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      agent: this.agent,
      headers: { ...type, ...headers },
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(options, (response) => void read(response).then(resolve, reject));
      outgoing.once('error', reject);
      outgoing.end(text);
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.child.kill('SIGKILL');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  try {
    return { status: response.statusCode ?? 0, body: JSON.parse(text) };
  } catch {
    return { status: response.statusCode ?? 0, body: { text } };
  }
}

/** Bundles an entry of functions/test/bench as the functions are bundled, into a folder from which their packages are found. */
export async function bundle(entry: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(FUNCTIONS_DIR, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js' }));
  await build({
    entryPoints: [join(FUNCTIONS_DIR, 'test', 'bench', entry)],
    outfile: join(folder, 'index.js'),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return folder;
}
