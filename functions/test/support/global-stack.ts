import { buildFunctions } from '../../../tools/build.js';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { type Stack, startStack } from '../../../tools/stack/start-stack.js';

const VARIABLE = 'GATEHOUSE_TEST_STACK';

let stack: Stack | undefined;

/** One stack of real emulators, on free ports, for the whole run. Specs of the source alone never ask for it. */
export async function mochaGlobalSetup(): Promise<void> {
  if (process.env[VARIABLE] !== undefined || process.env['GATEHOUSE_NO_STACK'] !== undefined) return;
  await buildFunctions();
  stack = await startStack({ log: (line) => console.log(`  • ${line}`) });
  process.env[VARIABLE] = JSON.stringify(stack.info);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stack?.stop();
}

/** @throws Error outside of a test run */
export function testStack(): StackInfo {
  const json = process.env[VARIABLE];
  if (json === undefined) throw new Error('This spec needs the emulators: run it without GATEHOUSE_NO_STACK.');
  return JSON.parse(json) as StackInfo;
}
