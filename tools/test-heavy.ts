import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { writeEvidence } from './bench/evidence.js';
import { isMain, ROOT_DIR } from './paths.js';

interface HeavyRun {
  /** The file under docs/evidence. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const HEAVY = { GATEHOUSE_HEAVY: '1' };
const mocha = (...specs: string[]) => ['mocha', '--timeout', '3600000', ...specs];

/** The large doses, and what is kept of each. The benches write their own evidence. */
const RUNS: readonly HeavyRun[] = [
  {
    name: 'races',
    args: mocha(
      'functions/test/code-races.spec.ts',
      'functions/test/password-races.spec.ts',
      'functions/test/registration-races.spec.ts',
    ),
    env: HEAVY,
  },
  {
    name: 'sessions',
    args: mocha(
      'functions/test/lifecycle.spec.ts',
      'functions/test/session-ends.spec.ts',
      'functions/test/passwords.spec.ts',
    ),
    env: HEAVY,
  },
  { name: 'kills', args: mocha('functions/test/*-kills.spec.ts', 'functions/test/sweep.spec.ts'), env: HEAVY },
  {
    name: 'fuzz',
    args: mocha('functions/test/fuzz.spec.ts', 'functions/test/webhooks-surface.spec.ts'),
    env: { ...HEAVY, GATEHOUSE_FUZZ_RUNS: '10000' },
  },
  { name: 'codes', args: mocha('functions/src/codes/*.spec.ts'), env: { ...HEAVY, GATEHOUSE_NO_STACK: '1' } },
  { name: 'timing', args: mocha('functions/test/timing.spec.ts'), env: HEAVY },
  { name: 'credential-timing', args: mocha('functions/test/credential-timing.spec.ts'), env: HEAVY },
  { name: 'shapes', args: mocha('functions/test/contract/*-shapes.spec.ts'), env: HEAVY },
  { name: 'isolation', args: mocha('functions/test/isolation.spec.ts'), env: HEAVY },
  { name: 'at-rest', args: mocha('functions/test/secrets-at-rest.spec.ts'), env: HEAVY },
  { name: 'stack', args: mocha('functions/test/stack.spec.ts', 'functions/test/sandbox.spec.ts'), env: HEAVY },
  { name: 'rotation', args: mocha('functions/test/rotation.spec.ts'), env: HEAVY },
  { name: 'floods', args: mocha('functions/test/floods.spec.ts'), env: HEAVY },
  {
    name: 'outages',
    args: mocha('functions/test/fault-links.spec.ts', 'functions/test/fault-calls.spec.ts'),
    env: HEAVY,
  },
  { name: 'fault-matrix', args: mocha('functions/test/fault-matrix.spec.ts'), env: HEAVY },
  { name: 'limits', args: mocha('functions/test/limits*.spec.ts', 'functions/test/hot-documents.spec.ts'), env: HEAVY },
  {
    name: 'deliveries',
    args: mocha('functions/test/delivery-races.spec.ts', 'functions/src/delivery/delivery-twice.spec.ts'),
    env: HEAVY,
  },
  {
    name: 'account-races',
    args: mocha(
      'functions/test/account-codes.spec.ts',
      'functions/test/account-code-races.spec.ts',
      'functions/test/account-phones.spec.ts',
      'functions/test/account-partner-race.spec.ts',
    ),
    env: HEAVY,
  },
  { name: 'account-timing', args: mocha('functions/test/account-timing.spec.ts'), env: HEAVY },
  {
    name: 'messages',
    args: mocha('functions/src/delivery/templates/sms.spec.ts'),
    env: { ...HEAVY, GATEHOUSE_NO_STACK: '1' },
  },
  { name: 'mutation', args: ['stryker', 'run', '--reporters', 'clear-text', '--logLevel', 'warn'] },
  { name: 'cpu', args: ['tsx', 'tools/bench/cpu.ts'] },
  { name: 'cold-start', args: ['tsx', 'tools/bench/cold-start.ts'] },
];

/** Runs all, or those named: `npm run test:heavy -- races fuzz`. */
async function main(names: readonly string[]): Promise<number> {
  const chosen = names.length === 0 ? RUNS : RUNS.filter(({ name }) => names.includes(name));
  if (chosen.length < names.length) {
    console.error(`Choose from ${RUNS.map(({ name }) => name).join(', ')}.`);
    return 2;
  }
  let failed = 0;
  for (const run of chosen) {
    console.log(`\n• ${run.name} …`);
    const { code, printed } = await runAndKeep(run);
    if (code !== 0) failed += 1;
    const variables = Object.entries(run.env ?? {}).map(([name, value]) => `${name}=${value}`);
    if (run.args[0] !== 'tsx') writeEvidence(run.name, [...variables, 'npx', ...run.args].join(' '), printed);
  }
  console.log(failed === 0 ? '\nAll heavy runs passed.' : `\n${failed} of ${chosen.length} heavy runs failed.`);
  return failed === 0 ? 0 : 1;
}

function runAndKeep({ args: [program = '', ...args], env }: HeavyRun): Promise<{ code: number; printed: string }> {
  const child = spawn(join(ROOT_DIR, 'node_modules', '.bin', program), [...args], {
    cwd: ROOT_DIR,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk: Buffer) => {
    printed += stripVTControlCharacters(chunk.toString());
    process.stdout.write(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, printed }));
  });
}

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
