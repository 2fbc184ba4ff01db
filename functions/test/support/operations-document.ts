import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT_DIR } from '../../../tools/paths.js';

const DOCUMENT = readFileSync(join(ROOT_DIR, 'docs', 'operations.md'), 'utf8');

function sectionOf(heading: string): string {
  return DOCUMENT.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
}

/** The rows of the tables under a heading, without the marks around code. */
export function tableUnder(heading: string): string[][] {
  const rows = sectionOf(heading)
    .split('\n')
    .filter((line) => /^\| `/.test(line));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** Each metric's filter, and the one service whose lines it is about. A heading may name two, each with its block. */
export function metrics(): { name: string; service: string | undefined; filter: string }[] {
  return sectionOf('Metrics and alerts')
    .split(/^### /m)
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
        return { name, service: /service_name="(\w+)"/.exec(filter)?.[1], filter };
      });
    });
}
