import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFunctions } from '../build.js';
import { LOCAL_DIR, ROOT_DIR } from '../paths.js';

interface Part {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
}

/** Those that start the whole function, and no backend for it. */
const IN_MEMORY: readonly string[] = [
  'functions/test/account-api-tables.spec.ts',
  'functions/test/account-codes.spec.ts',
  'functions/test/admin-guide-tables.spec.ts',
  'functions/test/audit-catalogue.spec.ts',
  'functions/test/backend-recorder.spec.ts',
  'functions/test/battery-account-callers.spec.ts',
  'functions/test/battery-account-tokens.spec.ts',
  'functions/test/battery-credentials.spec.ts',
  'functions/test/delivery.spec.ts',
  'functions/test/fuzz.spec.ts',
  'functions/test/hot-documents.spec.ts',
  'functions/test/limits-clients.spec.ts',
  'functions/test/logs-hostile.spec.ts',
  'functions/test/operations-tables.spec.ts',
  'functions/test/support/auc.spec.ts',
  'functions/test/support/calm-race.spec.ts',
  'functions/test/support/test-clock.spec.ts',
  'functions/test/webhooks-battery.spec.ts',
  'functions/test/webhooks-surface.spec.ts',
];

/** About a third of those on emulators, by the time they take: they have emulators of their own. */
const BESIDE: readonly string[] = [
  'functions/test/account-*.spec.ts',
  'functions/test/admin-*.spec.ts',
  'functions/test/battery-*.spec.ts',
  'functions/test/console*.spec.ts',
  'functions/test/contract/*.spec.ts',
  'functions/test/isolation.spec.ts',
  'functions/test/rules.spec.ts',
  'functions/test/sandbox.spec.ts',
  'functions/test/stack.spec.ts',
];

const UNIT: Part = {
  name: 'unit',
  args: ['functions/src/**/*.spec.ts', 'tools/**/*.spec.ts', ...IN_MEMORY],
  env: { GATEHOUSE_NO_STACK: '1' },
};
const FIRST: Part = {
  name: 'emulators',
  args: ['functions/test/**/*.spec.ts', ...without(IN_MEMORY, BESIDE)],
  env: {},
};
const SECOND: Part = { name: 'emulators beside', args: [...BESIDE, ...without(IN_MEMORY)], env: {} };

/**
 * Two lanes for two cores: specs on emulators wait for backends half of their time. Each part is a process of its own; what
 * the second lane prints comes when a part of it is done.
 */
const LANES: readonly [readonly Part[], readonly Part[]] = [[FIRST], [UNIT, SECOND]];

// Once for both lanes: neither may build anew what the other is running.
await buildFunctions();
const [first, second] = LANES;
const codes = (await Promise.all([runInTurn(first, 'inherit'), runInTurn(second, 'pipe')])).flat();
const summaries = LANES.flat().map((part) => JSON.parse(readFileSync(summaryOf(part), 'utf8')) as Summary);
const sum = (field: keyof Summary) => summaries.reduce((total, summary) => total + summary[field], 0);
const whole: Summary = { passed: sum('passed'), failed: sum('failed'), pending: sum('pending') };
writeFileSync(join(LOCAL_DIR, 'test-summary.json'), `${JSON.stringify(whole)}\n`);
process.exitCode = codes.find((code) => code !== 0) ?? 0;

function without(...specs: readonly (readonly string[])[]): string[] {
  return specs.flat().flatMap((spec) => ['--ignore', spec]);
}

async function runInTurn(parts: readonly Part[], output: 'inherit' | 'pipe'): Promise<number[]> {
  const codes: number[] = [];
  for (const part of parts) codes.push(await run(part, output));
  return codes;
}

function run(part: Part, output: 'inherit' | 'pipe'): Promise<number> {
  const { args, env } = part;
  rmSync(summaryOf(part), { force: true });
  const mocha = join(ROOT_DIR, 'node_modules', '.bin', 'mocha');
  const child = spawn(mocha, args, {
    cwd: ROOT_DIR,
    stdio: ['inherit', output, 'inherit'],
    env: { ...process.env, ...env, GATEHOUSE_BUILT: '1', GATEHOUSE_TEST_SUMMARY: summaryOf(part) },
  });
  const printed: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

function summaryOf({ name }: Part): string {
  return join(LOCAL_DIR, `test-summary-${name.replaceAll(' ', '-')}.json`);
}
