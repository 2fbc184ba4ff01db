import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_DIR } from './paths.js';
import { runProgram } from './run-command.js';

const SUMMARY_FILE = join(LOCAL_DIR, 'test-summary.json');

/** Unit, contract and emulator tests with coverage. Arguments go to mocha: `npm test -- functions/src/codes/*.spec.ts`. */
rmSync(SUMMARY_FILE, { force: true });
const args = process.argv.slice(2);
// Coverage of a part says nothing.
const code =
  args.length > 0
    ? await runProgram('mocha', args)
    : await runProgram('c8', ['node', '--import=tsx', 'tools/testing/whole-run.ts']);
const { passed, failed } = JSON.parse(readFileSync(SUMMARY_FILE, 'utf8')) as { passed: number; failed: number };
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = code;
