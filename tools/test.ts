import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_DIR } from './paths.js';
import { runProgram } from './run-command.js';

const SUMMARY_FILE = join(LOCAL_DIR, 'test-summary.json');
const ALL_SPECS = ['functions/src/**/*.spec.ts', 'functions/test/**/*.spec.ts', 'tools/**/*.spec.ts'];

/** Unit, contract and emulator tests with coverage. Arguments go to mocha: `npm test -- functions/src/codes/*.spec.ts`. */
rmSync(SUMMARY_FILE, { force: true });
const args = process.argv.slice(2);
// Coverage of a part says nothing.
const code = args.length > 0 ? await runProgram('mocha', args) : await runProgram('c8', ['mocha', ...ALL_SPECS]);
const { passed, failed } = JSON.parse(readFileSync(SUMMARY_FILE, 'utf8')) as { passed: number; failed: number };
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = code;
