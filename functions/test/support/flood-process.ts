import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KeyId, OrgSecret } from '../../src/credentials/credential-id.js';
import { generateSecret } from '../../src/credentials/credential-id.js';
import { LoadClient, paced, tally } from './load.js';

/** A wrong secret is well-formed; a mistyped one has a wrong checksum and costs no more than reading the request. */
export type FloodKind = 'wrong secret' | 'bad checksum';

export interface FloodJob {
  readonly baseUrl: string;
  readonly keyId: KeyId;
  readonly kind: FloodKind;
  readonly perSecond: number;
  readonly ms: number;
}

/** How often each status was answered. */
export type FloodReport = Readonly<Record<number, number>>;

/** Sends floods from a process of its own, so that whoever measures meanwhile has its event loop to itself. */
export class FloodProcess {
  private readonly child: ChildProcess = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--import', 'tsx'] });

  async run(job: FloodJob): Promise<FloodReport> {
    const answered = once(this.child, 'message');
    this.child.send(job);
    const [report] = await answered;
    return report as FloodReport;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}

/** An org secret of a flood: never the right one. */
export function floodSecret(kind: FloodKind): OrgSecret {
  const secret = generateSecret('live');
  if (kind === 'wrong secret') return secret;
  return `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}` as OrgSecret;
}

/** Sends the flood and counts the answers. */
export async function flood({ baseUrl, keyId, kind, perSecond, ms }: FloodJob): Promise<FloodReport> {
  const client = new LoadClient(baseUrl);
  const statuses = await paced(perSecond, ms, () => {
    const headers = { 'x-partner-key': keyId, 'x-partner-secret': floodSecret(kind) };
    return client.send('GET', '/partner/users/me', headers).catch(() => 0);
  });
  client.close();
  return tally(statuses);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('message', (job: FloodJob) => void flood(job).then((report) => process.send?.(report)));
  process.on('disconnect', () => process.exit());
}
