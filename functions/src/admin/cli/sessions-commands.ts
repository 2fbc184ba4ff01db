import type { Command } from 'commander';
import { orgPool } from '../../orgs/org-record.js';
import type { SessionId } from '../../sessions/session-id.js';
import { parseOrgId, parseSessionId, parseUserId } from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { UsageError } from './cli-errors.js';
import { command, group } from './command-kit.js';
import { provisionedOrg } from './org-lookup.js';

interface RevokeOptions {
  readonly org?: string;
  readonly user?: string;
}

const HELP =
  'Either one session by its id, or with --org and --user all sessions of a user; codes that were sent and not used yet\n' +
  'end with them. The user can log in again: `users suspend` prevents that.';

export function sessionsCommands(program: Command, context: CliContext): void {
  const sessions = group(program, 'sessions', 'Logins of users');
  command(sessions, 'revoke', {
    summary: 'End a session, or all sessions of a user, at once',
    example: 'sessions revoke --org org_4f1… --user usr_9c2…',
    more: HELP,
  })
    .argument('[sid]', 'ses_…')
    .option('--org <orgId>', 'the org of the user')
    .option('--user <uid>', 'the user whose sessions end')
    .action((sid: string | undefined, options: RevokeOptions) => revoke(context, sid, options));
}

async function revoke(context: CliContext, sid: string | undefined, { org, user }: RevokeOptions): Promise<void> {
  if (sid !== undefined && org === undefined && user === undefined) return revokeOne(context, parseSessionId(sid));
  if (sid === undefined && org !== undefined && user !== undefined) return revokeAll(context, org, user);
  throw new UsageError('Give either a session id, or both --org and --user.');
}

async function revokeOne(context: CliContext, sid: SessionId): Promise<void> {
  context.confirmation.assertPossible();
  const { services } = await context.backoffice();
  const { poolId: orgId, uid } = await services.sessionAdmin.get(sid);
  await context.confirmation.confirm(`End the session ${sid} of the user ${uid} (org ${orgId})?`);
  await services.sessionAdmin.revoke(sid, context.actor);
  context.done({ orgId, uid, sid, revoked: true }, () => `The session ${sid} is over.`);
}

async function revokeAll(context: CliContext, org: string, user: string): Promise<void> {
  const orgId = parseOrgId(org);
  const uid = parseUserId(user);
  await context.confirmation.confirm(`End all sessions of the user ${uid}?`);
  const backoffice = await context.backoffice();
  const pool = orgPool(await provisionedOrg(backoffice, orgId));
  await backoffice.services.sessionAdmin.revokeAll(pool, uid, context.actor);
  context.done({ orgId, uid, revoked: true }, () => `All sessions of ${uid} are over.`);
}
