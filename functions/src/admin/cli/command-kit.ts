import type { Command } from 'commander';

/** How the program is called; npm's own banner, which would stand before JSON, is left out by `-s`. */
export const PROGRAM = 'npm run admin --';
export const PROGRAM_FOR_JSON = 'npm run -s admin --';

interface CommandText {
  readonly summary: string;
  /** Without the program's name. */
  readonly example: string;
  /** More to know, below the options. */
  readonly more?: string;
}

/** `orgs`, `users`, …: what the commands below it are about. */
export function group(program: Command, name: string, summary: string): Command {
  return program.command(name).summary(summary).description(`${summary}.`).helpCommand(false);
}

export function command(parent: Command, name: string, { summary, example, more }: CommandText): Command {
  const help = `${more === undefined ? '' : `\n${more}\n`}\nExample:\n  ${PROGRAM} ${example}`;
  return parent.command(name).summary(summary).description(`${summary}.`).addHelpText('after', help);
}
