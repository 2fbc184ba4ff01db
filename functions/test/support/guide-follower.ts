import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DocumentData } from '@google-cloud/firestore';
import { eventually } from './background-triggers.js';
import type { FirestoreProbe } from './firestore-probe.js';
import { testStack } from './global-stack.js';
import { type GuideStep, Placeholders } from './guide-steps.js';

interface Surroundings {
  readonly probe: FirestoreProbe;
  /** Runs a command of ours, whose words are given; answers what it prints. */
  admin(words: readonly string[]): Promise<string>;
  /** Lets a minute pass for whoever is asked next. */
  aMinuteLater(): void;
  now(): void;
}

const ADMIN = /^npm run (?:-s )?admin -- /;
const FIELD = /^(\S+) \((\w+)\):(?: (.*))?$/;
const EXPECTED = /^([^:]+): (.+)$/;

const READ: Readonly<Record<string, (typed: string) => unknown>> = {
  string: (typed) => typed,
  number: Number,
  boolean: (typed) => typed === 'true',
  null: () => null,
  timestamp: (typed) => new Date(typed),
  array: (typed) => JSON.parse(typed),
  map: (typed) => JSON.parse(typed),
};

/** Does what the guide says, word for word, and finds what it says. */
export class GuideFollower {
  readonly placeholders = new Placeholders();

  constructor(private readonly surroundings: Surroundings) {}

  async follow(step: GuideStep): Promise<void> {
    await (step.kind === 'console' ? this.inConsole(step.lines) : this.inTerminal(step));
  }

  private async inConsole([head = '', ...lines]: readonly string[]): Promise<void> {
    const [verb = '', path = '', ...filter] = head.split(' ');
    const { probe } = this.surroundings;
    switch (verb) {
      case 'add':
        return probe.write(this.newPath(path), nested(this.typed(lines)));
      case 'edit':
        return this.edit(path, this.typed(lines));
      case 'see':
        return this.see(path, lines);
      case 'find':
        return this.find(path, filter, lines);
      case 'gone':
        await eventually(head, async () => (await probe.read(this.placeholders.fill(path))) === undefined);
        return;
      default:
        throw new Error(`The guide says what nobody can do in the console: ${head}`);
    }
  }

  private async edit(path: string, fields: Record<string, unknown>): Promise<void> {
    const place = this.placeholders.fill(path);
    if ((await this.surroundings.probe.read(place)) === undefined) throw new Error(`There is no ${place} to edit.`);
    await this.surroundings.probe.write(place, fields);
  }

  private async see(path: string, lines: readonly string[]): Promise<void> {
    let last: DocumentData | undefined;
    await eventually(`${path} with ${lines.join(', ')}`, async () => {
      const place = await this.placeOf(path);
      last = place === undefined ? undefined : await this.surroundings.probe.read(place);
      if (last === undefined || !lines.every((line) => this.isAs(line, last))) return false;
      return this.placeholders.match(path, place ?? '');
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${JSON.stringify(last, null, 2)}`);
    });
  }

  private async find(collection: string, filter: readonly string[], lines: readonly string[]): Promise<void> {
    await eventually(`one of ${collection} with ${lines.join(', ')}`, async () => {
      const documents = await this.documentsIn(this.placeholders.fill(collection), filter);
      return documents.some((document) => lines.every((line) => this.isAs(line, document)));
    });
  }

  /** `where`, a field, `==` and its value: the console's filter. */
  private async documentsIn(collection: string, filter: readonly string[]): Promise<(DocumentData | undefined)[]> {
    const { probe } = this.surroundings;
    const [where, field = '', , value = ''] = filter;
    if (where === 'where') return probe.filtered(collection, field, this.placeholders.fill(value));
    return Promise.all((await this.pathsIn(collection)).map((path) => probe.read(path)));
  }

  private isAs(line: string, document: DocumentData | undefined): boolean {
    const [, name = '', expected = ''] = EXPECTED.exec(line) ?? [];
    if (expected === '') throw new Error(`The guide expects what nobody can see: ${line}`);
    return this.placeholders.match(expected, textOf(valueAt(document, name)));
  }

  private async inTerminal({ lines, prints }: GuideStep): Promise<void> {
    const isLater = lines[0] === '# a minute later';
    const command = this.placeholders.fill((isLater ? lines.slice(1) : lines).join('\n'));
    const { aMinuteLater, now } = this.surroundings;
    if (isLater) aMinuteLater();
    try {
      const printed = ADMIN.test(command) ? await this.ownCommands(command.split('\n')) : await inShell(command);
      if (!this.placeholders.matchLines(prints, printed)) throw new Error(`${command}\nprinted\n${printed}`);
    } finally {
      now();
    }
  }

  private async ownCommands(commands: readonly string[]): Promise<string> {
    const printed: string[] = [];
    for (const command of commands) printed.push(await this.surroundings.admin(words(command.replace(ADMIN, ''))));
    return printed.join('');
  }

  private typed(lines: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(
      lines.map((line) => {
        const [, name = '', type = '', value = ''] = FIELD.exec(line) ?? [];
        const read = READ[type];
        if (read === undefined) throw new Error(`The guide has a field that nobody can type: ${line}`);
        return [name, read(this.placeholders.fill(value))];
      }),
    );
  }

  /** The console makes up the id of a document that is added, 20 letters and digits. */
  private newPath(path: string): string {
    const name = /\{(\w+)\}$/.exec(path)?.[1];
    if (name !== undefined && this.placeholders.get(name) === undefined)
      this.placeholders.set(name, crypto.randomUUID().replaceAll('-', '').slice(0, 20));
    return this.placeholders.fill(path);
  }

  /** Of a document whose id is not known yet: the one in its collection that was not spoken of before. */
  private async placeOf(path: string): Promise<string | undefined> {
    const filled = this.placeholders.fill(path);
    if (!filled.includes('{')) return filled;
    const paths = await this.pathsIn(filled.slice(0, filled.lastIndexOf('/')));
    return paths.find((one) => !this.placeholders.has(one.slice(one.lastIndexOf('/') + 1)));
  }

  private async pathsIn(collection: string): Promise<string[]> {
    const { projectId, firestoreEmulator } = testStack();
    const documents = `projects/${projectId}/databases/(default)/documents`;
    const url = `http://${firestoreEmulator}/v1/${documents}/${collection}?mask.fieldPaths=none&pageSize=300`;
    const response = await fetch(url, { headers: { authorization: 'Bearer owner' } });
    const { documents: found = [] } = (await response.json()) as { documents?: { name: string }[] };
    return found.map(({ name }) => name.slice(documents.length + 1));
  }
}

/** `{ 'settings.codeLength': 8 }` as the maps that the console makes of it. */
function nested(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(fields)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const place = names.reduce<Record<string, unknown>>((at, name) => {
      at[name] ??= {};
      return at[name] as Record<string, unknown>;
    }, document);
    place[last] = value;
  }
  return document;
}

/** A map's key may have dots in it. */
function valueAt(value: unknown, path: string): unknown {
  if (path === '' || typeof value !== 'object' || value === null) return path === '' ? value : undefined;
  const map = value as Readonly<Record<string, unknown>>;
  const key = Object.keys(map).find((name) => path === name || path.startsWith(`${name}.`));
  return key === undefined ? undefined : valueAt(map[key], path.slice(key.length + 1));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  // The console shows a moment, whatever it is wrapped in.
  const { toDate } = (value ?? {}) as { toDate?: () => Date };
  return toDate === undefined ? String(JSON.stringify(value)) : toDate.call(value).toISOString();
}

/** As a shell takes a line apart, as far as the guide's commands need it. */
function words(command: string): string[] {
  const found = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return found.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

async function inShell(command: string): Promise<string> {
  const env = { ...process.env, NO_PROXY: '127.0.0.1' };
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env });
  return stdout;
}
