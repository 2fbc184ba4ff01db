import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT_DIR } from '../../tools/paths.js';
import { runAdmin } from '../src/admin/cli/admin-cli.js';
import type { CliWorld } from '../src/admin/cli/cli-world.js';
import { AUDIT_ACTIONS } from '../src/audit/audit-record.js';
import { CREDENTIAL_SCOPES } from '../src/credentials/credential-record.js';
import { routes } from '../src/http/routes/index.js';
import { LIMITS, type WindowLimit } from '../src/limits/limit-policy.js';
import { DEFAULT_ORG_SETTINGS } from '../src/orgs/org-settings.js';

const GUIDE = readFileSync(join(ROOT_DIR, 'docs', 'admin-guide.md'), 'utf8');

/** Cells of the rows of all tables whose first heading is this one. */
function rowsOf(heading: string): string[][] {
  const tables = GUIDE.split(/\n\n/).filter((block) => block.startsWith(`| ${heading} |`));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(2)
      .map((row) =>
        row
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  );
}

const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('docs/admin-guide.md: its tables are those of the code', () => {
  it('settings with their defaults', () => {
    const told = rowsOf('Setting').map(([name, , , value]) => [quoted(name)[0], JSON.parse(quoted(value)[0] ?? '')]);
    expect(Object.fromEntries(told)).to.deep.equal(DEFAULT_ORG_SETTINGS);
  });

  it('limits with their ceilings', () => {
    const told = rowsOf('Limit').map(([name, , ...figures]) => [
      quoted(name)[0],
      ...figures.map((figure) => Number(figure.replaceAll(',', ''))),
    ]);
    const windows: WindowLimit[] = Object.values(LIMITS).flatMap((policy) =>
      'isOfMainApp' in policy ? [] : [...policy.windows],
    );
    expect(told).to.have.deep.members(windows.map(({ name, limit, ceiling }) => [name, limit, ceiling]));
  });

  it('scopes with what they are for', () => {
    const told = new Map(rowsOf('Scope').flatMap(([scopes, calls]) => quoted(scopes).map((scope) => [scope, calls])));
    expect([...told.keys()]).to.have.members(CREDENTIAL_SCOPES);
    for (const { scope, method, path } of routes.filter((route) => route.scope !== null)) {
      const places = quoted(told.get(scope ?? ''));
      expect(
        places.some((place) => `${method} ${path}`.includes(place)),
        `${method} ${path}`,
      ).to.equal(true);
    }
    for (const scope of CREDENTIAL_SCOPES.filter((one) => !routes.some((route) => route.scope === one)))
      expect(told.get(scope)).to.match(/^no call asks/);
  });

  it('actions of the audit log', () => {
    expect(rowsOf('`action`').flatMap(([names]) => quoted(names))).to.have.members(AUDIT_ACTIONS);
  });

  it('commands', async () => {
    const help = async (...words: string[]): Promise<string[]> => {
      let printed = '';
      const print = (more: string) => {
        printed += more;
      };
      const terminal = { out: print, err: print };
      const silent = { terminal, signal: new AbortController().signal } as unknown as CliWorld;
      await runAdmin([...words, '--help'], silent);
      const listed = printed.split('Commands:\n')[1]?.split('\n\n')[0] ?? '';
      return listed.split('\n').flatMap((line) => /^ {2}([a-z-]+)/.exec(line)?.[1] ?? []);
    };
    const groups = await help();
    const commands = await Promise.all(
      groups.map(async (group) => {
        const names = await help(group);
        return names.length === 0 ? [group] : names.map((name) => `${group} ${name}`);
      }),
    );
    expect(commands.flat().length).to.be.above(20);
    expect(rowsOf('Command').flatMap(([names]) => quoted(names))).to.have.members(commands.flat());
  });
});
