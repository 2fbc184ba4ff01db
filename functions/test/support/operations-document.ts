import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT_DIR } from '../../../tools/paths.js';

const DOCUMENT = readFileSync(join(ROOT_DIR, 'docs', 'operations.md'), 'utf8');

/** The rows of the table under a heading, without the marks around code. */
export function tableUnder(heading: string): string[][] {
  const section = DOCUMENT.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => /^\| `/.test(line));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** Each metric's filter by the name of its service and itself. A heading may name two, each with its block. */
export function metrics(): { name: string; service: string; filter: string }[] {
  return DOCUMENT.split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const names = (section.split('\n')[0] ?? '').replace(/:.*/, '').split(', ');
      const blocks = [...section.matchAll(/```\n([^`]+)```/g)].map(([, filter = '']) => filter);
      expect(blocks, section.slice(0, 80)).to.have.length(names.length);
      expect(section)
        .to.match(/\*\*Fires\*\*/)
        .and.to.match(/\*\*Do:\*\*/);
      return names.map((name, index) => {
        const filter = blocks[index] ?? '';
        // What is about several functions names none.
        const service = /service_name="(\w+)"/.exec(filter)?.[1] ?? 'edits';
        return { name, service, filter };
      });
    });
}
