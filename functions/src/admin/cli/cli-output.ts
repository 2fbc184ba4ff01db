import { printable } from './cli-table.js';
import type { Terminal } from './cli-world.js';

/** Control characters that JSON may hold as they are, and that terminals obey. */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** The only place that writes: a command says what there is to show, for people and for programs. */
export class Output {
  constructor(
    private readonly terminal: Terminal,
    readonly isJson: () => boolean,
  ) {}

  /** What was asked for. */
  show(data: unknown, text: () => string): void {
    this.line(this.isJson() ? safeJson(data, 2) : text());
  }

  /** One of several, as they come: one line of JSON each. */
  showNext(data: unknown, text: () => string): void {
    this.line(this.isJson() ? safeJson(data) : text());
  }

  /** To people alone, beside the answer. */
  note(text: string): void {
    if (!this.isJson()) this.terminal.err(`${text}\n`);
  }

  /** Why it did not work. */
  fail(lines: readonly string[]): void {
    lines.forEach((line, index) => {
      this.terminal.err(`${index === 0 ? 'error: ' : '       '}${printable(line)}\n`);
    });
  }

  private line(text: string): void {
    this.terminal.out(`${text.split('\n').map(printable).join('\n')}\n`);
  }
}

function safeJson(data: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(data, null, indent).replace(UNSAFE, escaped);
}
