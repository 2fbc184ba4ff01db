import type { Command } from 'commander';
import type { CheckResult } from '../doctor/check.js';
import { deploymentChecks } from '../doctor/deployment-checks.js';
import { runDoctor } from '../doctor/doctor.js';
import type { CliContext } from './cli-context.js';
import { CliError } from './cli-errors.js';
import { command } from './command-kit.js';

const HELP = 'It changes nothing. It ends with 1 when something failed; a warning does not count as that.';

export function doctorCommand(program: Command, context: CliContext): void {
  command(program, 'doctor', {
    summary: 'Check a deployment, and say what to do about what is wrong',
    example: 'doctor --project my-project',
    more: HELP,
  }).action(() => examine(context));
}

async function examine(context: CliContext): Promise<void> {
  const { output, world, project } = context;
  const checks = deploymentChecks(await world.doctorTarget(project));
  const width = Math.max(...checks.map(({ name }) => name.length));
  const results = await runDoctor(checks, (result) => {
    if (!output.isJson()) output.show(result, () => lineOf(result, width));
  });
  output.show(results, () => `\n${summaryOf(results)}`);
  const failed = results.filter(({ status }) => status === 'failed').length;
  if (failed > 0) throw new CliError(failed === 1 ? 'One check failed.' : `${failed} checks failed.`);
}

const STATUS_WIDTH = 'warning'.length;

function lineOf({ name, status, message, remedy }: CheckResult, width: number): string {
  const line = `${status.padEnd(STATUS_WIDTH)}  ${name.padEnd(width)}  ${message}`;
  return remedy === null ? line : `${line}\n${' '.repeat(STATUS_WIDTH + 2)}→ ${remedy}`;
}

function summaryOf(results: readonly CheckResult[]): string {
  const counts = (['ok', 'warning', 'failed', 'skipped'] as const).map((status) => {
    const count = results.filter((result) => result.status === status).length;
    return `${count} ${status}`;
  });
  return `${counts.join(', ')}.`;
}
