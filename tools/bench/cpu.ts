import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTIONS_FRAMEWORK } from '../paths.js';
import { chooseFreePort } from '../stack/ports.js';
import { seedDemo } from '../stack/seed.js';
import type { DemoOrg, StackInfo } from '../stack/stack-info.js';
import { startStack } from '../stack/start-stack.js';
import { formatTable, median, writeEvidence } from './evidence.js';
import { bundle, MeasuredServer } from './measured-server.js';

/**
 * CPU per request in our own process, warm, 32 at once, against the bare backend calls behind node:http. The load and the
 * emulators are other processes. Both servers are asked in turn within each round; ratios are of one run.
 */
const ROUNDS = Number(process.env.GATEHOUSE_BENCH_ROUNDS ?? 6);
const USERS = Number(process.env.GATEHOUSE_BENCH_USERS ?? 320);
const CONCURRENCY = 32;

interface BenchUser {
  readonly registration: Record<string, string>;
  token: string;
}

interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly repeat?: number;
  readonly ok: number;
  body?(user: BenchUser): object;
  /** Design's aim and its own floor, in ms; null where it has none. */
  readonly design: readonly [floor: number, aim: number] | null;
}

const codes = new Map<string, string>();

const OPERATIONS: readonly Operation[] = [
  { name: 'nothing (GET /health)', method: 'GET', path: '/health', ok: 200, design: null, repeat: 4 },
  {
    name: 'register',
    method: 'POST',
    path: '/partner/auth/register',
    ok: 201,
    body: ({ registration }) => registration,
    design: [1.4, 2.2],
  },
  {
    name: 'login by email',
    method: 'POST',
    path: '/partner/auth/login',
    ok: 200,
    body: ({ registration: { email, password } }) => ({ email, password }),
    design: [1.25, 2.0],
  },
  {
    name: 'verify-otp',
    method: 'POST',
    path: '/partner/auth/verify-otp',
    ok: 200,
    body: ({ registration: { email = '' } }) => ({ email, code: codes.get(email) }),
    design: [2.7, 2.9],
  },
  { name: 'session check (1 read)', method: 'GET', path: '/bench/session', ok: 200, design: [0.7, 1.3], repeat: 4 },
  { name: 'users/me (2 reads)', method: 'GET', path: '/partner/users/me', ok: 200, design: null, repeat: 2 },
  { name: 'logout', method: 'POST', path: '/partner/auth/logout', ok: 200, design: [0.5, 1.1] },
];

interface Subject {
  readonly name: 'gatehouse' | 'floor';
  readonly server: MeasuredServer;
  readonly headers: Record<string, string>;
  readonly costs: Map<string, number[]>;
}

async function main(): Promise<void> {
  const lent = process.env.GATEHOUSE_BENCH_STACK;
  const stack = lent === undefined ? await startStack({ functions: false }) : null;
  const info = stack?.info ?? (JSON.parse(readFileSync(lent ?? '', 'utf8')) as StackInfo);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cpu-'));
  const outbox = await startOutbox();
  const subjects: Subject[] = [];
  try {
    const [org] = await seedDemo(info);
    if (org === undefined) throw new Error('no org was seeded');
    const env = { ...info.env, OUTBOX_URL: outbox.url, BENCH_TENANT: org.tenantId };
    subjects.push(await startOurs(folder, env, org), await startFloor(folder, env));
    // The first round compiles and connects, and is not counted.
    for (let round = -1; round < ROUNDS; round++) {
      await runRound(round % 2 === 0 ? subjects : [...subjects].reverse(), round);
      process.stderr.write(`\r${round + 1} of ${ROUNDS} rounds`);
    }
    process.stderr.write('\n');
    const printed = report(subjects);
    console.log(printed);
    console.log(`\nWritten to ${writeEvidence('cpu', 'node --import tsx tools/bench/cpu.ts', printed)}`);
  } finally {
    for (const { server } of subjects) await server.stop();
    outbox.server.close();
    rmSync(folder, { recursive: true, force: true });
    await stack?.stop();
  }
}

async function startOurs(folder: string, env: Record<string, string>, org: DemoOrg): Promise<Subject> {
  const source = await bundle('cpu-app.ts', join(folder, 'gatehouse'));
  const port = await chooseFreePort();
  const args = [FUNCTIONS_FRAMEWORK, '--target=api', `--source=${source}`, `--port=${port}`];
  const server = await MeasuredServer.start(args, { ...env, FUNCTION_TARGET: 'api' }, port, CONCURRENCY);
  const headers = { 'x-partner-key': org.key, 'x-partner-secret': org.secret };
  return { name: 'gatehouse', server, headers, costs: new Map() };
}

async function startFloor(folder: string, env: Record<string, string>): Promise<Subject> {
  const source = await bundle('cpu-floor.ts', join(folder, 'floor'));
  const port = await chooseFreePort();
  const args = [join(source, 'index.js')];
  const server = await MeasuredServer.start(args, { ...env, PORT: String(port) }, port, CONCURRENCY);
  return { name: 'floor', server, headers: {}, costs: new Map() };
}

async function runRound(subjects: readonly Subject[], round: number): Promise<void> {
  const users = new Map(subjects.map(({ name }) => [name, makeUsers(name, round)]));
  for (const operation of OPERATIONS) {
    for (const subject of subjects) {
      const cost = await measure(subject, operation, users.get(subject.name) ?? []);
      if (round < 0) continue;
      subject.costs.set(operation.name, [...(subject.costs.get(operation.name) ?? []), cost]);
    }
  }
}

function makeUsers(subject: string, round: number): BenchUser[] {
  return Array.from({ length: USERS }, (_, index) => {
    const unique = `${subject}.${process.pid}.${round}.${index}`;
    const number = (Date.now() % 1_000) * 7_000 + (round + 1) * USERS + index;
    const phone_number = `+1${subject === 'floor' ? 303 : 202}${2_000_000 + (number % 7_999_999)}`;
    const names = { first_name: 'Ada', last_name: 'Lovelace', ssn: '123-45-6789' };
    return {
      token: '',
      registration: { email: `${unique}@example.com`, phone_number, password: 'a password', ...names },
    };
  });
}

/** Milliseconds of CPU per request. */
async function measure(subject: Subject, operation: Operation, users: readonly BenchUser[]): Promise<number> {
  const work = Array.from({ length: operation.repeat ?? 1 }, () => users).flat();
  const before = await subject.server.cpuMs();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let user = work[next++]; user !== undefined; user = work[next++]) await ask(subject, operation, user);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return ((await subject.server.cpuMs()) - before) / work.length;
}

async function ask({ server, headers, name }: Subject, operation: Operation, user: BenchUser): Promise<void> {
  const { method, path, ok } = operation;
  const bearer = user.token === '' ? {} : { authorization: `Bearer ${user.token}` };
  const { status, body } = await server.send(method, path, { ...headers, ...bearer }, operation.body?.(user));
  // The floor answers 200 to everything that worked.
  if (status !== (name === 'floor' ? 200 : ok)) throw new Error(`${name} ${path}: ${status} ${JSON.stringify(body)}`);
  if (typeof body['sessionToken'] === 'string') user.token = body['sessionToken'];
}

async function startOutbox(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { to, code } = JSON.parse(Buffer.concat(chunks).toString()) as { to: string; code: string };
      codes.set(to, code);
      response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`, server };
}

function report(subjects: readonly Subject[]): string {
  const costs = (name: string) => subjects.find((subject) => subject.name === name)?.costs;
  const rows = OPERATIONS.map(({ name, design }) => {
    const ours = costs('gatehouse')?.get(name) ?? [];
    const floor = costs('floor')?.get(name) ?? [];
    const ratio = median(ours) / median(floor);
    const aim = design === null ? '' : (design[1] / design[0]).toFixed(2);
    const range = [...ours].sort((a, b) => a - b).map((cost) => cost.toFixed(2));
    return [
      name,
      median(ours).toFixed(2),
      `${range[0]}–${range.at(-1)}`,
      median(floor).toFixed(2),
      ratio.toFixed(2),
      aim,
    ];
  });
  return [
    `CPU per request, warm, ${CONCURRENCY} at once; medians of ${ROUNDS} rounds of ${USERS} users. Milliseconds.`,
    'Session tokens of the emulator are unsigned: both sides leave out one RS256 check, some 0.03 ms.',
    '',
    formatTable([['operation', 'gatehouse', 'min–max', 'floor', 'ratio', 'ratio aimed at'], ...rows]),
  ].join('\n');
}

await main();
