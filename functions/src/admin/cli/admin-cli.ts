import { Command, CommanderError } from 'commander';
import { appsCommands } from './apps-commands.js';
import { auditCommands } from './audit-commands.js';
import { CliContext, type GlobalOptions } from './cli-context.js';
import { EXIT, explain, UsageError } from './cli-errors.js';
import type { CliWorld } from './cli-world.js';
import { PROGRAM, PROGRAM_FOR_JSON } from './command-kit.js';
import { credentialsCommands } from './credentials-commands.js';
import { doctorCommand } from './doctor-command.js';
import { orgsCommands } from './orgs-commands.js';
import { parseProjectId } from './project-id.js';
import { sessionsCommands } from './sessions-commands.js';
import { usersCommands } from './users-commands.js';

const HOW = 'Add --help to the command to see how it is used.';
const EPILOGUE = `
Without --project it is the local stack that npm start runs.
Exit codes: 0 done; 1 failed, or refused; 2 wrong usage; 130 interrupted.

Examples:
  ${PROGRAM} orgs create Acme
  ${PROGRAM} users list org_4f1… --project my-project
  ${PROGRAM_FOR_JSON} orgs list --json | jq -r '.[].orgId'`;

/** Runs one command. Answers the exit code; whatever goes wrong is said in words. */
export async function runAdmin(args: readonly string[], world: CliWorld): Promise<number> {
  const program = new Command(PROGRAM);
  const context = new CliContext(world, () => program.opts<GlobalOptions>());
  const over = new AbortController();
  build(program, context);
  try {
    const running = program.parseAsync([...args], { from: 'user' });
    await Promise.race([running, context.interruption(over.signal)]);
    return EXIT.done;
  } catch (error) {
    // Commander has printed why, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { lines, exitCode } = explain(error, context.project, context.hint);
    context.output.fail(error instanceof UsageError ? [...lines, HOW] : lines);
    return exitCode;
  } finally {
    over.abort();
    // Interrupted, the process ends without waiting for what is under way.
    if (!world.signal.aborted) await context.close().catch(() => {});
  }
}

function build(program: Command, context: CliContext): void {
  const { terminal } = context.world;
  program
    .usage('<command> [options]')
    .description('Runs Gatehouse: orgs, their credentials, apps and users.')
    .option('--project <id>', 'a Firebase project, rather than the local stack', parseProjectId)
    .option('--json', 'answer in JSON: nothing else is on the standard output')
    .option('-y, --yes', 'do not ask for confirmation')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text) => context.output.fail([...plainLines(text), HOW]),
    })
    .exitOverride()
    .addHelpText('after', EPILOGUE);
  orgsCommands(program, context);
  credentialsCommands(program, context);
  appsCommands(program, context);
  usersCommands(program, context);
  sessionsCommands(program, context);
  auditCommands(program, context);
  doctorCommand(program, context);
}

function plainLines(text: string): string[] {
  return text
    .trim()
    .replace(/^error: /, '')
    .split('\n');
}
