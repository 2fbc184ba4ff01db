import type { Command } from 'commander';
import type { CliContext } from './cli-context.js';
import { CliError } from './cli-errors.js';
import { type Cell, fields } from './cli-table.js';

/** Of a command that answers a secret. */
export interface SecretOptions {
  readonly showSecret?: boolean;
}

export const SECRET_HELP =
  'The secret is printed once and kept nowhere. Where the output is no terminal, and so might be kept, the command\n' +
  'refuses before it does anything, unless --json or --show-secret says that this is meant.';

export function withSecretOption(command: Command): Command {
  return command.option('--show-secret', 'print the secret even where the output is no terminal');
}

/** Before anything is made: a secret that nobody saw would be lost. @throws CliError */
export function assertSecretIsSeen({ world, output }: CliContext, { showSecret }: SecretOptions): void {
  if (world.terminal.isOutSeen || output.isJson() || showSecret === true) return;
  throw new CliError(
    'This prints a secret, and the output is no terminal. Nothing was done.\n' +
      'Give --json or --show-secret if the secret may go where the output goes.',
  );
}

/** A sentence, what was made with its secret, and that this was the only time. */
export function secretText(sentence: string, values: Readonly<Record<string, Cell>>, what: string): string {
  return `${sentence}\n\n${fields(values)}\n\nThe ${what} can't be shown again: keep it now.`;
}
