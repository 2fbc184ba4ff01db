import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildFunctions } from '../build.js';
import { FUNCTIONS_DIR, FUNCTIONS_FRAMEWORK } from '../paths.js';
import { chooseFreePort } from '../stack/ports.js';
import { seedDemo } from '../stack/seed.js';
import type { DemoOrg, StackInfo } from '../stack/stack-info.js';
import { startStack } from '../stack/start-stack.js';
import { BASELINES } from './cold-baselines.js';
import { BENCH_NODE, formatTable, median, writeEvidence } from './evidence.js';

/**
 * Cold start: from the start of the process under functions-framework to its first answer, ours against unbundled
 * functions of the usual kind. One process per measurement; the variants take turns, so that the machine's moods hit all.
 */
const RUNS = Number(process.env.GATEHOUSE_BENCH_RUNS ?? 15);
const START_TIMEOUT_MS = 30_000;
const RETRY_MS = 2;

interface Probe {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Variant {
  readonly name: string;
  readonly source: string;
  readonly probe: Probe;
}

interface Sample {
  readonly wallMs: number;
  /** Of the process, user and system: what is left of the noise when other programs run beside. */
  readonly cpuMs: number;
}

const HEALTH: Probe = { method: 'GET', path: '/health' };
const CREDENTIAL = 'credential (2 reads, bcrypt)';

async function main(): Promise<void> {
  // A stack that runs already can be lent; otherwise one of its own.
  const lent = process.env.GATEHOUSE_BENCH_STACK;
  const stack = lent === undefined ? await startStack({ functions: false }) : null;
  const info = stack?.info ?? (JSON.parse(readFileSync(lent ?? '', 'utf8')) as StackInfo);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cold-'));
  try {
    const [org] = await seedDemo(info);
    if (org === undefined) throw new Error('no org was seeded');
    const variants = await prepare(folder, org);
    const samples = await measure(variants, { ...info.env, COLD_KEY: org.key, COLD_SECRET: org.secret });
    const printed = report(samples);
    console.log(printed);

    const file =
      candidates().length > 0
        ? 'nowhere: candidates are a trial'
        : writeEvidence('cold-start', 'node --import tsx tools/bench/cold-start.ts', printed);
    console.log(`\nWritten to ${file}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await stack?.stop();
  }
}

async function prepare(folder: string, org: DemoOrg): Promise<Variant[]> {
  await buildFunctions();
  // A copy: whoever builds meanwhile does not change what is measured.
  const ours = join(folder, 'gatehouse');
  cpSync(join(FUNCTIONS_DIR, 'dist'), join(ours, 'dist'), { recursive: true });
  cpSync(join(FUNCTIONS_DIR, 'package.json'), join(ours, 'package.json'));
  symlinkSync(join(FUNCTIONS_DIR, 'node_modules'), join(ours, 'node_modules'));
  const read: Probe = {
    method: 'POST',
    path: '/partner/auth/introspect',
    headers: { 'content-type': 'application/json', 'x-partner-key': org.key, 'x-partner-secret': org.secret },
    body: '{"token":""}',
  };
  const variants = [{ name: 'gatehouse', source: ours }, ...candidates()].flatMap(({ name, source }) => [
    { name: `${name}: health`, source, probe: HEALTH },
    { name: `${name}: ${CREDENTIAL}`, source, probe: read },
  ]);
  for (const { name, code, probes } of BASELINES) {
    const source = join(folder, name.replace(/\W+/g, '-'));
    cpSync(join(FUNCTIONS_DIR, 'package.json'), join(source, 'original.json'));
    writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'baseline', main: 'index.js' }));
    writeFileSync(join(source, 'index.js'), code);
    symlinkSync(join(FUNCTIONS_DIR, 'node_modules'), join(source, 'node_modules'));
    for (const path of probes)
      variants.push({ name: `${name}: ${path.slice(1)}`, source, probe: { method: 'GET', path } });
  }
  return variants;
}

/** Other builds of the functions to compare with: `GATEHOUSE_BENCH_CANDIDATES=minified=/tmp/a,split=/tmp/b`. */
function candidates(): { name: string; source: string }[] {
  const listed = (process.env.GATEHOUSE_BENCH_CANDIDATES ?? '').split(',').filter((entry) => entry.includes('='));
  return listed.map((entry) => {
    const [name = '', source = ''] = entry.split('=');
    return { name, source };
  });
}

async function measure(variants: readonly Variant[], env: Record<string, string>): Promise<Map<string, Sample[]>> {
  const samples = new Map(variants.map(({ name }) => [name, [] as Sample[]]));
  // The first round fills the file cache and is not counted.
  for (let run = -1; run < RUNS; run++) {
    const order = run % 2 === 0 ? variants : [...variants].reverse();
    for (const variant of order) {
      const sample = await startOnce(variant, env);
      if (run >= 0) samples.get(variant.name)?.push(sample);
    }
    process.stderr.write(`\r${run + 1} of ${RUNS} rounds`);
  }
  process.stderr.write('\n');
  return samples;
}

async function startOnce({ name, source, probe }: Variant, env: Record<string, string>): Promise<Sample> {
  const port = await chooseFreePort();
  const started = performance.now();
  const child = spawn(BENCH_NODE, [FUNCTIONS_FRAMEWORK, '--target=api', `--source=${source}`, `--port=${port}`], {
    cwd: source,
    env: { PATH: process.env.PATH, FUNCTION_TARGET: 'api', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  try {
    const status = await firstAnswer(child, port, probe);
    const wallMs = performance.now() - started;
    if (status !== 200) throw new Error(`${name} answered ${status}`);
    return { wallMs, cpuMs: cpuMsOf(child) };
  } catch (error) {
    throw new Error(`${name}: ${String(error)}\n${errors}`);
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null) await new Promise((resolve) => child.once('close', resolve));
  }
}

async function firstAnswer(child: ChildProcess, port: number, probe: Probe): Promise<number> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < end && child.exitCode === null) {
    const answer = await send(port, probe);
    if (answer !== null) return answer.status;
    await sleep(RETRY_MS);
  }
  throw new Error('did not start');
}

/** null while nobody listens. */
function send(port: number, probe: Probe): Promise<{ status: number; headers: IncomingHttpHeaders } | null> {
  return new Promise((resolve, reject) => {
    const { method, path, headers = {}, body } = probe;
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? resolve(null) : reject(error),
    );
    outgoing.end(body);
  });
}

/** Linux tells it; elsewhere it is left out. Ticks of 10 ms. */
function cpuMsOf(child: ChildProcess): number {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function report(samples: Map<string, Sample[]>): string {
  const wall = (name: string) => median((samples.get(name) ?? []).map(({ wallMs }) => wallMs));
  const cpu = (name: string) => median((samples.get(name) ?? []).map(({ cpuMs }) => cpuMs));
  const rows = [...samples.keys()].map((name) => {
    const walls = (samples.get(name) ?? []).map(({ wallMs }) => wallMs).sort((a, b) => a - b);
    const spread = `${walls[0]?.toFixed(0)}–${walls.at(-1)?.toFixed(0)}`;
    return [name, wall(name).toFixed(0), spread, cpu(name).toFixed(0)];
  });
  const ratios = ['gatehouse', ...candidates().map(({ name }) => name)]
    .flatMap((build) => {
      const [health, read] = [`${build}: health`, `${build}: ${CREDENTIAL}`];
      return [
        [health, 'admin, Firestore on first use: health', '≤ 0.8'],
        [health, 'admin, Firestore at the top: health', '≤ 0.8'],
        [read, 'admin, Firestore on first use: read', '≤ 1.0'],
        [read, 'admin, Firestore at the top: read', '≤ 1.0'],
        [read, 'admin, Firestore at the top: credential', '≤ 1.0'],
      ];
    })
    .map(([ours = '', theirs = '', target = '']) => [
      `${ours} ÷ ${theirs}`,
      (wall(ours) / wall(theirs)).toFixed(2),
      (cpu(ours) / cpu(theirs)).toFixed(2),
      target,
    ]);
  return [
    `Cold start under functions-framework, medians of ${RUNS} interleaved runs`,
    '',
    formatTable([['variant', 'wall ms', 'min–max', 'CPU ms'], ...rows]),
    '',
    formatTable([['ratio', 'wall', 'CPU', 'target'], ...ratios]),
  ].join('\n');
}

await main();
