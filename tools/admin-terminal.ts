import { InterruptedError } from '../functions/src/admin/cli/cli-errors.js';
import type { Terminal } from '../functions/src/admin/cli/cli-world.js';

/** The terminal of this process. Questions go where errors go, so that the answer alone is on the standard output. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const streams = { input: stdin, output: stderr };
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isOutSeen: stdout.isTTY === true,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    confirm: async (message) => {
      const { default: confirm } = await import('@inquirer/confirm');
      return confirm({ message, default: false }, streams).catch(interrupted);
    },
    ask: async (message) => {
      const { default: input } = await import('@inquirer/input');
      return input({ message }, streams).catch(interrupted);
    },
  };
}

/** The prompts read keys themselves, Ctrl-C among them. */
function interrupted(error: unknown): never {
  const isAsked = error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError');
  throw isAsked ? new InterruptedError('Nothing was done.') : error;
}
