import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { FUNCTIONS_DIR } from '../../../tools/paths.js';
import type { TestOrg } from './api-client.js';
import { HEAVY } from './dose.js';
import { testStack } from './global-stack.js';
import type { ChildJob, ChildReport } from './killed-child.js';

export type Kill = NonNullable<ChildJob['kill']>;

export interface KillableRequest {
  readonly path: string;
  readonly body: unknown;
  readonly session?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Runs requests in processes of their own that die at a given call to a backend. */
export class Killable {
  private constructor(private readonly folder: string) {}

  /** Bundled once: a process a case is only bearable when it starts fast. */
  static async build(): Promise<Killable> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kills-'));
    symlinkSync(join(FUNCTIONS_DIR, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await build({
      entryPoints: [join(FUNCTIONS_DIR, 'test', 'support', 'killed-child.ts')],
      outfile: join(folder, 'child.js'),
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'warning',
    });
    return new Killable(folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the process reported, or null when it was killed. */
  async run(org: TestOrg, request: KillableRequest, kill: Kill | null): Promise<ChildReport | null> {
    const { path, body, session } = request;
    const { key, secret } = org.credential;
    const headers = {
      'content-type': 'application/json',
      'x-partner-key': key,
      'x-partner-secret': secret,
      ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
      ...request.headers,
    };
    const job: ChildJob = { path, headers, body, kill };
    const child = spawn(process.execPath, [join(this.folder, 'child.js'), JSON.stringify(job)], {
      env: { PATH: process.env['PATH'], ...testStack().env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (...ended) => resolve(ended)),
    );
    if (signal === 'SIGKILL') return null;
    if (code !== 0) throw new Error(`the child ended with ${code}: ${errors}`);
    return JSON.parse(printed) as ChildReport;
  }
}

/** Before and after each of so many calls. */
export function killsOf(calls: number): Kill[] {
  return Array.from({ length: calls }, (_, call) =>
    (['before', 'after'] as const).map((moment) => ({ call, moment })),
  ).flat();
}

/** Of a request with more calls than that, only some are died at. */
const FEW_CALLS = 5;

/**
 * The usual dose: before the first call, and after each, of a request with many calls after every third, the last one among
 * them. A death before a call leaves what a death after the one before it leaves, but for calls that are under way at the
 * same time. All in the heavy runs.
 */
export function someKillsOf(calls: number): Kill[] {
  const every = calls > FEW_CALLS ? 3 : 1;
  const isFew = ({ moment, call }: Kill) => (moment === 'before' ? call === 0 : (calls - 1 - call) % every === 0);
  return killsOf(calls).filter((kill) => HEAVY || isFew(kill));
}
