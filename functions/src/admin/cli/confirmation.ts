import { CliError } from './cli-errors.js';
import { printable } from './cli-table.js';
import type { Terminal } from './cli-world.js';

/** Asks before anything that can't be taken back, or that somebody will notice. */
export class Confirmation {
  constructor(
    private readonly terminal: Terminal,
    private readonly isGiven: () => boolean,
    private readonly project: () => string | null,
  ) {}

  /** Before anything is looked up: whether a question could be asked at all. @throws CliError */
  assertPossible(): void {
    if (this.isGiven() || this.terminal.canAsk) return;
    throw new CliError(
      'This asks for a confirmation, and there is no terminal to ask on. Give --yes to go ahead.\nNothing was done.',
    );
  }

  /** @throws CliError unless the answer is yes */
  async confirm(question: string): Promise<void> {
    this.assertPossible();
    if (this.isGiven() || (await this.terminal.confirm(this.placed(question)))) return;
    throw new CliError('Nothing was done.');
  }

  /** Has the name typed of what is about to go. @throws CliError unless it is that */
  async confirmByName(question: string, name: string): Promise<void> {
    this.assertPossible();
    if (this.isGiven() || (await this.terminal.ask(this.placed(question))).trim() === name.trim()) return;
    throw new CliError('That is not its name. Nothing was done.');
  }

  private placed(question: string): string {
    const project = this.project();
    return printable(project === null ? question : `In the project ${project}: ${question}`);
  }
}
