import type { Command } from 'commander';
import type { AuditRecord } from '../../audit/audit-record.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import { parseCount, parseOrgId } from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { AUDIT_SHOWN, FOLLOW_EVERY_MS, FOLLOW_SKEW_MS, FOLLOW_WINDOW } from './cli-policy.js';
import { table, toSecond } from './cli-table.js';
import { command, group, PROGRAM_FOR_JSON } from './command-kit.js';

interface TailOptions {
  readonly org?: string;
  readonly lines?: string;
  readonly follow?: boolean;
}

const HELP =
  'The newest record comes last. With --json the answer is a list, and with --follow as well one line each:\n' +
  `  ${PROGRAM_FOR_JSON} audit tail --follow --json | jq .action`;

export function auditCommands(program: Command, context: CliContext): void {
  const audit = group(program, 'audit', 'What admins have done');
  command(audit, 'tail', {
    summary: 'Show the newest records of the audit log: who did what, when and from where',
    example: 'audit tail --org org_4f1… -n 50 --follow',
    more: HELP,
  })
    .option('--org <orgId>', 'of this org alone')
    .option('-n, --lines <number>', `how many; ${AUDIT_SHOWN.default} unless given`)
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .action((options: TailOptions) => tail(context, options));
}

async function tail(context: CliContext, { org, lines, follow }: TailOptions): Promise<void> {
  const orgId = org === undefined ? undefined : parseOrgId(org);
  const count = lines === undefined ? AUDIT_SHOWN.default : parseCount('-n', lines, { max: AUDIT_SHOWN.max });
  const backoffice = await context.backoffice();
  // Of an org that was deleted the log is still there: whether the org is does not matter.
  const read = async (limit: number) => (await backoffice.ports.audit.latest(limit, orgId)).toReversed();
  if (follow === true) return followLog(context, read, count);
  const records = await read(count);
  context.output.show(records, () =>
    records.length === 0
      ? 'Nothing is in the audit log.'
      : table(['TIME', 'ORG', 'ACTION', 'TARGET', 'WHO', 'FROM', 'DETAILS'], records.map(rowOf)),
  );
}

type ReadNewest = (limit: number) => Promise<AuditRecord[]>;

async function followLog(context: CliContext, read: ReadNewest, count: number): Promise<void> {
  const atFirst = await read(Math.max(count, FOLLOW_WINDOW));
  const seen = new Set<string>(atFirst.map(({ id }) => id));
  show(context, atFirst.slice(-count));
  // What is older can only come into view because something newer has gone.
  const since = context.world.clock.now() - FOLLOW_SKEW_MS;
  let isDown = false;
  while (!context.world.signal.aborted) {
    await context.world.sleep(FOLLOW_EVERY_MS);
    const records = await read(FOLLOW_WINDOW).catch(unlessUnavailable);
    if (records === null && !isDown) context.output.note("The log can't be read just now; trying on.");
    isDown = records === null;
    const fresh = (records ?? []).filter(({ id, at }) => !seen.has(id) && at.getTime() >= since);
    for (const { id } of fresh) seen.add(id);
    show(context, fresh);
  }
}

function show(context: CliContext, records: readonly AuditRecord[]): void {
  for (const record of records) context.output.showNext(record, () => lineOf(record));
}

function lineOf(record: AuditRecord): string {
  const [time, ...others] = rowOf(record);
  return [time, ...others].filter((cell) => cell !== '').join('  ');
}

function rowOf({ at, orgId, action, target, actor, details }: AuditRecord): string[] {
  const changes = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  const about = target.kind === 'org' ? '' : target.id;
  return [
    toSecond(at),
    orgId ?? 'main app',
    action,
    about,
    `${actor.kind}:${actor.id ?? 'unknown'}`,
    actor.from ?? '',
    changes.join(' '),
  ];
}

function unlessUnavailable(error: unknown): null {
  if (error instanceof UnavailableError) return null;
  throw error;
}
