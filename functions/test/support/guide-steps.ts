/** One thing that a reader of the guide does, or looks at. */
export interface GuideStep {
  /** `console`: a document in the Firebase console; `sh`: a command in a terminal. */
  readonly kind: 'console' | 'sh';
  readonly lines: readonly string[];
  /** Of a command: what it prints, among other things. */
  readonly prints: readonly string[];
}

export interface GuideSection {
  readonly title: string;
  readonly steps: readonly GuideStep[];
}

/** The steps of each section that has any. A block of kind `text` is what the command above it prints. */
export function sectionsOf(guide: string): GuideSection[] {
  const sections = guide.split(/^##+ /m).slice(1);
  return sections
    .map((section) => ({ title: section.split('\n')[0] ?? '', steps: stepsOf(section) }))
    .filter(({ steps }) => steps.length > 0);
}

function stepsOf(section: string): GuideStep[] {
  const steps: GuideStep[] = [];
  for (const [, kind, body = ''] of section.matchAll(/^```(\w*)\n(.*?)\n```$/gms)) {
    const lines = body.split('\n');
    const last = steps.at(-1);
    if (kind === 'console' || kind === 'sh') steps.push({ kind, lines, prints: [] });
    else if (kind === 'text' && last?.kind === 'sh') steps.splice(-1, 1, { ...last, prints: lines });
    else throw new Error(`The guide has a block that nobody can follow: ${lines[0]}`);
  }
  return steps;
}

/** What stands in braces: given by an earlier step, and put in by the reader. */
export class Placeholders {
  private readonly values = new Map<string, string>();

  set(name: string, value: string): void {
    this.values.set(name, value);
  }

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  has(value: string): boolean {
    return [...this.values.values()].includes(value);
  }

  /** What nobody has given stays as it is. */
  fill(text: string): string {
    return text.replace(/\{(\w+)\}/g, (whole, name) => this.values.get(name) ?? whole);
  }

  /** Whether the text is as the guide says, where `…` is anything; takes down what it gives for the first time. */
  match(expected: string, text: string): boolean {
    const found = new RegExp(`^${this.pattern(expected)}$`, 's').exec(text);
    this.takeDown(found);
    return found !== null;
  }

  /** Whether the text has all of these lines, in this order. */
  matchLines(expected: readonly string[], text: string): boolean {
    const lines = expected.filter((line) => line.trim() !== '').map((line) => this.pattern(line.trim()));
    const found = new RegExp(lines.join('.*?'), 's').exec(text);
    this.takeDown(found);
    return found !== null;
  }

  private pattern(expected: string): string {
    return expected
      .split(/(\{\w+\}|…|\s+)/)
      .map((part) => {
        if (part === '…') return '.*?';
        if (/^\s+$/.test(part)) return '\\s+';
        const name = /^\{(\w+)\}$/.exec(part)?.[1];
        if (name === undefined) return escaped(part);
        const known = this.values.get(name);
        return known === undefined ? `(?<${name}>[^\\s"]+)` : escaped(known);
      })
      .join('');
  }

  private takeDown(found: RegExpExecArray | null): void {
    for (const [name, value] of Object.entries(found?.groups ?? {})) this.values.set(name, value);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
