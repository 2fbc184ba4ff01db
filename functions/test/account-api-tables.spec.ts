import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { ROOT_DIR } from '../../tools/paths.js';
import { HTTP_ERRORS } from '../src/http/error-map.js';
import { errorsOf } from '../src/http/openapi.js';
import { accountRoutes } from '../src/http/routes/account/index.js';
import { LIMITS, type WindowLimit } from '../src/limits/limit-policy.js';

const PAGE = readFileSync(join(ROOT_DIR, 'docs', 'account-api.md'), 'utf8');

/** The rows of the table with these headings, without the marks around code. */
function rowsOf(...headings: string[]): string[][] {
  const head = `| ${headings.join(' | ')} |`;
  const table = PAGE.split(/\n\n/).find((block) => block.startsWith(head));
  const rows = (table ?? '').split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** The names of an object's fields as the page lists them. */
function fieldsOf(schema: z.ZodType): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.keys(properties).join(', ');
}

describe('docs/account-api.md: its tables are those of the code', () => {
  it('operations with what they need, take and answer', () => {
    const declared = accountRoutes.map(({ method, path, credentials, body, responses }) => [
      `${method} ${path}`,
      credentials.some((one) => one === 'account') ? 'token' : '',
      body === null ? 'none' : fieldsOf(body),
      fieldsOf(responses[200]?.schema ?? z.never()) || 'null',
    ]);
    expect(rowsOf('Operation', 'Needs', 'Body', '`data`')).to.have.deep.members(declared);
  });

  it('errors with their status', () => {
    const codes = new Set([...accountRoutes.flatMap(errorsOf), 'not_found', 'method_not_allowed'] as const);
    const told = rowsOf('Code', 'Status', 'What to do').map(([code, status]) => [code, Number(status)]);
    expect(told).to.have.deep.members([...codes].map((code) => [code, HTTP_ERRORS[code].status]));
  });

  it('limits that count there', () => {
    const names = new Set([...accountRoutes.flatMap(({ limits }) => limits), 'org_sms'] as const);
    const windows: WindowLimit[] = [...names].flatMap((name) => [...LIMITS[name].windows]);
    const told = rowsOf('Limit', 'At most', 'Counts').map(([name, limit]) => [name, limit]);
    expect(told).to.have.deep.members(windows.map(({ name, limit }) => [name, limit.toLocaleString('en')]));
  });

  it('operations that take no Idempotency-Key', () => {
    const [, told = ''] = /every operation but ([^:]+):/.exec(PAGE) ?? [];
    const without = accountRoutes.filter(({ idempotency }) => idempotency === 'none');
    const names = [...told.matchAll(/`(\w+)`/g)].map(([, name]) => `/auth/${name}`);
    expect(names).to.have.members(without.map(({ path }) => path));
  });
});
