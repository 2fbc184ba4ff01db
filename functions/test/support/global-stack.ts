import { buildFunctions } from '../../../tools/build.js';
import { stackServices } from '../../../tools/stack/seed.js';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { type Stack, startStack } from '../../../tools/stack/start-stack.js';
import { turnTriggers } from './background-triggers.js';
import { BY } from './records.js';

const VARIABLE = 'GATEHOUSE_TEST_STACK';

let stack: Stack | undefined;

/** One stack of real emulators, on free ports, for the whole run. Specs of the source alone never ask for it. */
export async function startTestStack(): Promise<void> {
  // Coverage is of this process; that of others, which run the bundle, would be laid over it and hide it.
  delete process.env['NODE_V8_COVERAGE'];
  if (process.env[VARIABLE] !== undefined || process.env['GATEHOUSE_NO_STACK'] !== undefined) return;
  if (process.env['GATEHOUSE_BUILT'] === undefined) await buildFunctions();
  stack = await startStack({ log: (line) => console.log(`  • ${line}`) });
  process.env[VARIABLE] = JSON.stringify(stack.info);
  // Without it the Admin SDK looks for the cloud's metadata server first.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  await turnTriggers('off', stack.info);
  await warmUp(stack.info);
}

export async function stopTestStack(): Promise<void> {
  await stack?.stop();
}

/** A cold emulator takes longer for its first answers than the functions' deadlines allow. */
async function warmUp({ env }: StackInfo): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    const { services, close } = stackServices(env);
    const ready = await services.orgs.create({ name: 'Warm-up' }, BY).then(
      () => true,
      () => false,
    );
    await close();
    if (ready) return;
  }
}

/** @throws Error outside of a test run */
export function testStack(): StackInfo {
  const json = process.env[VARIABLE];
  if (json === undefined) throw new Error('This spec needs the emulators: run it without GATEHOUSE_NO_STACK.');
  return JSON.parse(json) as StackInfo;
}
