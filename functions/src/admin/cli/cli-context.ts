import type { Actor } from '../../audit/audit-record.js';
import type { Backoffice } from './backoffice.js';
import { InterruptedError } from './cli-errors.js';
import { Output } from './cli-output.js';
import type { CliWorld } from './cli-world.js';
import { PROGRAM } from './command-kit.js';
import { Confirmation } from './confirmation.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly project?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** What a command is given. Nothing is connected to before it asks for the backoffice. */
export class CliContext {
  readonly output: Output;
  readonly confirmation: Confirmation;
  private opened: Promise<Backoffice> | undefined;
  /** What to know when the command ends half-way, interrupted or cut off; null when nothing. */
  hint: string | null = null;

  constructor(
    readonly world: CliWorld,
    private readonly options: () => GlobalOptions,
  ) {
    this.output = new Output(world.terminal, () => options().json === true);
    this.confirmation = new Confirmation(
      world.terminal,
      () => options().yes === true,
      () => this.project,
    );
  }

  get actor(): Actor {
    return this.world.actor;
  }

  /** The project; null for the local stack. */
  get project(): string | null {
    return this.options().project ?? null;
  }

  /** A command to type next, for the same project. */
  commandLine(command: string): string {
    return `${PROGRAM} ${command}${this.project === null ? '' : ` --project ${this.project}`}`;
  }

  backoffice(): Promise<Backoffice> {
    this.opened ??= this.world.connect(this.project);
    return this.opened;
  }

  async close(): Promise<void> {
    // What could not be opened was told of already.
    const backoffice = await this.opened?.catch(() => undefined);
    await backoffice?.close();
  }

  /** What was done: a sentence for people; for programs the ids, with the id that the audit log has. */
  done(data: Readonly<Record<string, unknown>>, text: () => string): void {
    this.output.show({ ...data, requestId: this.actor.requestId }, text);
  }

  /** Rejected when the run is to end, unless it is `over` by itself before. */
  interruption(over: AbortSignal): Promise<never> {
    const { signal } = this.world;
    return new Promise((_resolve, reject) => {
      const end = () => reject(new InterruptedError());
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true, signal: over });
    });
  }
}
