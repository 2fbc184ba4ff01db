import { Argument, type Command } from 'commander';
import { MAIN_POOL } from '../../identity/pool.js';
import { allPages } from '../../lib/all-pages.js';
import type { OrgId } from '../../orgs/org-id.js';
import { orgPool } from '../../orgs/org-record.js';
import type { UserId } from '../../users/user-id.js';
import { KYC_STATUSES, type KycStatus, type UserRecord, type UserTerms } from '../../users/user-record.js';
import { parseCount, parseGivenUserId, parseOrgId, parseRole, parseUserId } from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { USERS_SHOWN } from './cli-policy.js';
import { fields, table } from './cli-table.js';
import { command, group } from './command-kit.js';
import { provisionedOrg } from './org-lookup.js';

interface ListOptions {
  readonly limit?: string;
}

const UNLOCK_EXAMPLE = 'users unlock org_4f1… usr_9c2…';

export function usersCommands(program: Command, context: CliContext): void {
  const users = group(program, 'users', 'The users of an org');
  command(users, 'list', { summary: 'List users of an org', example: 'users list org_4f1… --limit 200' })
    .argument('<orgId>')
    .option('--limit <number>', `how many at most; ${USERS_SHOWN.default} unless given`)
    .action((id: string, options: ListOptions) => list(context, parseOrgId(id), options));
  userCommand(
    users,
    'show',
    'Show a user, without social security number, date of birth, addresses and metadata',
  ).action((org: string, user: string) => show(context, ...parseBoth(org, user)));
  changeCommands(users, context);
  userCommand(
    users,
    'delete',
    'Delete a user with the sessions, for good; the email and phone number are free again',
  ).action((org: string, user: string) => remove(context, ...parseBoth(org, user)));
}

function changeCommands(users: Command, context: CliContext): void {
  userCommand(users, 'suspend', 'Keep a user from logging in and end the sessions, at once').action(
    async (org: string, user: string) => {
      const [orgId, uid] = parseBoth(org, user);
      const question = `The sessions of ${uid} end, and they can't log in until resumed. Suspend this user?`;
      await context.confirmation.confirm(question);
      await change(context, orgId, uid, { status: 'suspended' });
    },
  );
  userCommand(users, 'resume', 'Let a user log in again').action((org: string, user: string) =>
    change(context, ...parseBoth(org, user), { status: 'active' }),
  );
  const unlocking = { summary: 'Let a user try again whom wrong passwords or codes keep out', example: UNLOCK_EXAMPLE };
  command(users, 'unlock', unlocking)
    .argument('<orgId>', `the org, or ${MAIN_POOL.id} for a user of the main app`)
    .argument('<uid>')
    .action((org: string, user: string) => unlock(context, org, user));
  userCommand(users, 'set-kyc', 'Set how far the identity of a user was checked', ' approved')
    .addArgument(new Argument('<status>').choices(KYC_STATUSES))
    .action((org: string, user: string, status: KycStatus) =>
      change(context, ...parseBoth(org, user), { kyc_status: status }),
    );
  userCommand(users, 'set-role', 'Set the role that the session tokens of a user carry', ' manager')
    .argument('<role>', 'small letters, digits, - and _')
    .action((org: string, user: string, role: string) =>
      change(context, ...parseBoth(org, user), { role: parseRole(role) }),
    );
}

function userCommand(users: Command, name: string, summary: string, value = ''): Command {
  const example = `users ${name} org_4f1… usr_9c2…${value}`;
  return command(users, name, { summary, example }).argument('<orgId>').argument('<uid>', 'usr_…');
}

function parseBoth(org: string, user: string): [OrgId, UserId] {
  return [parseOrgId(org), parseUserId(user)];
}

async function list(context: CliContext, orgId: OrgId, { limit: text }: ListOptions): Promise<void> {
  const most = text === undefined ? USERS_SHOWN.default : parseCount('--limit', text, { max: USERS_SHOWN.max });
  const backoffice = await context.backoffice();
  const pool = orgPool(await provisionedOrg(backoffice, orgId));
  const { userAdmin } = backoffice.services;
  // One more than is shown tells whether there are more.
  const found = await allPages<UserRecord>((limit, last) => userAdmin.list(pool, limit, last?.uid), most + 1);
  const users = found.slice(0, most).map(factsOf);
  const rows = users.map((user) => [
    user.uid,
    user.email,
    nameOf(user),
    user.status,
    user.kyc_status,
    user.role,
    user.createdAt,
  ]);
  context.output.show(users, () =>
    users.length === 0
      ? 'The org has no users.'
      : table(['USER ID', 'EMAIL', 'NAME', 'STATUS', 'KYC', 'ROLE', 'CREATED'], rows),
  );
  if (found.length > most) context.output.note(`There are more than these ${most}: --limit shows more.`);
}

async function show(context: CliContext, orgId: OrgId, uid: UserId): Promise<void> {
  const backoffice = await context.backoffice();
  const pool = orgPool(await provisionedOrg(backoffice, orgId));
  const user = factsOf(await backoffice.services.userAdmin.get(pool, uid));
  context.output.show(user, () =>
    fields({
      'User id': user.uid,
      Name: nameOf(user),
      Email: user.email,
      Phone: user.phone_number,
      Status: user.status,
      KYC: user.kyc_status,
      Role: user.role,
      Created: user.createdAt,
      Changed: user.updatedAt,
    }),
  );
}

async function change(context: CliContext, orgId: OrgId, uid: UserId, wish: Partial<UserTerms>): Promise<void> {
  const backoffice = await context.backoffice();
  const pool = orgPool(await provisionedOrg(backoffice, orgId));
  const { userAdmin } = backoffice.services;
  await userAdmin.change(pool, uid, wish, context.actor);
  context.done({ orgId, uid, ...wish }, () => {
    const [name = '', value = ''] = Object.entries(wish)[0] ?? [];
    return `${uid}: ${name} is ${value}.`;
  });
}

async function unlock(context: CliContext, org: string, user: string): Promise<void> {
  const orgId = org === MAIN_POOL.id ? null : parseOrgId(org);
  const uid = orgId === null ? parseGivenUserId(user) : parseUserId(user);
  const backoffice = await context.backoffice();
  const pool = orgId === null ? MAIN_POOL : orgPool(await provisionedOrg(backoffice, orgId));
  await backoffice.services.userAdmin.unlock(pool, uid, context.actor);
  context.done({ orgId, uid, unlocked: true }, () => `${uid} can try again, everywhere within 30 seconds.`);
}

async function remove(context: CliContext, orgId: OrgId, uid: UserId): Promise<void> {
  const question = `The user ${uid} goes for good, with the sessions. Delete?`;
  await context.confirmation.confirm(question);
  const backoffice = await context.backoffice();
  const pool = orgPool(await provisionedOrg(backoffice, orgId));
  context.hint = 'The same command goes on where it was.';
  await backoffice.services.userAdmin.delete(pool, uid, context.actor);
  context.done({ orgId, uid, deleted: true }, () => `${uid} is deleted.`);
}

/** What an admin may see in a terminal; by name, so that a new field of the profile is not seen by itself. */
function factsOf(user: UserRecord) {
  const { uid, email, phone_number, first_name, last_name, status, kyc_status, role, createdAt, updatedAt } = user;
  return { uid, email, phone_number, first_name, last_name, status, kyc_status, role, createdAt, updatedAt };
}

function nameOf({ first_name, last_name }: Pick<UserRecord, 'first_name' | 'last_name'>): string {
  return `${first_name} ${last_name}`.trim();
}
