import { buildFunctions, watchBuild } from './build.js';
import { type LocalFile, writeLocalFile } from './local-file.js';
import { DEMO_ORGS_FILE, EMULATORS_FILE, STACK_FILE } from './paths.js';
import { type LocalScheduler, startLocalScheduler } from './stack/local-scheduler.js';
import { seedDemo } from './stack/seed.js';
import type { DemoOrg, StackFile, StackInfo } from './stack/stack-info.js';
import { type Stack, startStack } from './stack/start-stack.js';
import { tryThis } from './stack/try-this.js';

const log = (line: string): void => console.log(`• ${line}`);

/** What of firebase-tools' output a developer wants: the functions' own lines, and what went wrong. */
const SHOWN = /^(>|✖|Error|⚠ +functions)|ERROR|functions: (Loaded functions|Failed)/;
const NOISE = /Your requested "node" version/;

const aborted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onSignal(signal));

let stack: Stack | undefined;
let scheduler: LocalScheduler | undefined;
let exitCode = 0;
const started = Date.now();
try {
  stack = await bringUp();
  const files = await publish(stack);
  scheduler = startLocalScheduler(stack.info.env, log);
  await untilEnd(stack);
  for (const file of files) file.remove();
} catch (error) {
  if (!aborted.signal.aborted) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    exitCode = 1;
  }
}
await scheduler?.stop();
await stack?.stop();
if (aborted.signal.aborted) log('Stopped.');
process.exit(exitCode);

async function bringUp(): Promise<Stack> {
  log('Building the functions …');
  await buildFunctions();
  const dataDir = process.env.GATEHOUSE_DATA;
  return startStack({
    ports: 'fixed',
    reload: true,
    ui: true,
    log,
    onOutput: (line) => {
      if (SHOWN.test(line) && !NOISE.test(line)) console.log(line);
    },
    ...(dataDir ? { dataDir } : {}),
  });
}

async function publish({ info }: Stack): Promise<LocalFile[]> {
  aborted.signal.throwIfAborted();
  log('Seeding the demo orgs …');
  const orgs = await seedDemo(info, DEMO_ORGS_FILE);
  await watchBuild((ok) => log(ok ? 'Rebuilt the functions.' : 'The build failed; the last good one keeps running.'));
  const files = [writeLocalFile(EMULATORS_FILE, info), writeLocalFile(STACK_FILE, stackFile(info, orgs))];
  log(`Ready after ${Math.round((Date.now() - started) / 1000)} s. Ctrl-C stops everything.`);
  if (!process.env.GATEHOUSE_DATA) log('Data is gone at the end; GATEHOUSE_DATA=<folder> npm start keeps it there.');
  console.log(tryThis(info, orgs));
  return files;
}

function stackFile(info: StackInfo, orgs: DemoOrg[]): StackFile {
  const { outboxUrl, projectId, authEmulator, firestoreEmulator } = info;
  return { baseUrl: info.baseUrl ?? '', outboxUrl, projectId, authEmulator, firestoreEmulator, orgs };
}

async function untilEnd({ exited }: Stack): Promise<void> {
  const stopAsked = new Promise<'asked'>((resolve) => {
    if (aborted.signal.aborted) resolve('asked');
    aborted.signal.addEventListener('abort', () => resolve('asked'));
  });
  if ((await Promise.race([stopAsked, exited])) === 'asked') return;
  throw new Error('The emulators ended by themselves.');
}

/** The first signal stops in good order. A second ends this process; the guard still cleans up behind it. */
function onSignal(signal: string): void {
  if (aborted.signal.aborted) process.exit(130);
  console.log();
  log(`${signal}: stopping …`);
  aborted.abort();
}
