import { runProgram } from './run-command.js';

/** Everything that needs no running stack. All of it is run, so that one look shows all there is to mend. */
const CHECKS: readonly (readonly [what: string, program: string, args: readonly string[]])[] = [
  ['Format and lint', 'biome', ['check', '.']],
  ['Types', 'tsc', ['-p', 'tsconfig.json']],
  ['Dependency direction', 'depcruise', ['functions/src', 'tools', '--config', '.dependency-cruiser.cjs']],
];

let failed = 0;
for (const [what, program, args] of CHECKS) {
  console.log(`\n• ${what} …`);
  if ((await runProgram(program, args)) !== 0) failed += 1;
}
console.log(failed === 0 ? '\nAll checks passed.' : `\n${failed} of ${CHECKS.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
