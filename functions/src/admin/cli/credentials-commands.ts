import type { Command } from 'commander';
import type { KeyId } from '../../credentials/credential-id.js';
import { CREDENTIAL_SCOPES, type CredentialRecord } from '../../credentials/credential-record.js';
import { GRACE_DAYS } from '../../edits/grace-days.js';
import type { OrgId } from '../../orgs/org-id.js';
import {
  collect,
  parseCount,
  parseExpiry,
  parseKeyId,
  parseNetworks,
  parseOrgId,
  parseScopes,
} from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { type Cell, table, toSecond } from './cli-table.js';
import { command, group } from './command-kit.js';
import { provisionedOrg } from './org-lookup.js';
import { assertSecretIsSeen, SECRET_HELP, type SecretOptions, secretText, withSecretOption } from './shown-secrets.js';

interface IssueOptions extends SecretOptions {
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly expires?: string;
  readonly allow?: readonly string[];
}

interface RotateOptions extends SecretOptions {
  readonly grace?: string;
}

export function credentialsCommands(program: Command, context: CliContext): void {
  const credentials = group(program, 'credentials', 'The keys and secrets that partner backends call with');
  issueCommand(credentials, context);
  rotateCommand(credentials, context);
  command(credentials, 'revoke', {
    summary: 'End a credential within 60 seconds, for good',
    example: 'credentials revoke gh_key_live_…',
  })
    .argument('<key>', 'gh_key_…')
    .action((key: string) => revoke(context, parseKeyId(key)));
  command(credentials, 'list', {
    summary: 'List the credentials of an org, oldest first; never their secrets',
    example: 'credentials list org_4f1…',
  })
    .argument('<orgId>')
    .action((id: string) => list(context, parseOrgId(id)));
}

function issueCommand(credentials: Command, context: CliContext): void {
  const issuing = command(credentials, 'issue', {
    summary: 'Issue one more credential to an org',
    example:
      'credentials issue org_4f1… --name "EU backend" --scope auth,users:read --expires 90d --allow 203.0.113.0/24',
    more: SECRET_HELP,
  })
    .argument('<orgId>')
    .option('--name <name>', 'to know it by')
    .option('--scope <scope>', `of ${CREDENTIAL_SCOPES.join(', ')}; all but pii:read unless given`, collect)
    .option(
      '--expires <when>',
      'days (30d), a date (2027-01-31, UTC) or a time (2027-01-31T12:00:00Z); never unless given',
    )
    .option('--allow <network>', 'address or network that it may be used from; any unless given', collect);
  withSecretOption(issuing).action((id: string, options: IssueOptions) => issue(context, parseOrgId(id), options));
}

async function issue(context: CliContext, orgId: OrgId, options: IssueOptions): Promise<void> {
  const { name, scope, expires, allow } = options;
  const terms = {
    ...(name === undefined ? {} : { name }),
    ...(scope === undefined ? {} : { scopes: parseScopes(scope) }),
    ...(expires === undefined ? {} : { expiresAt: parseExpiry(expires, context.world.clock.now()) }),
    ...(allow === undefined ? {} : { allowedAddresses: parseNetworks(allow) }),
  };
  assertSecretIsSeen(context, options);
  const backoffice = await context.backoffice();
  const org = await provisionedOrg(backoffice, orgId);
  const issued = await backoffice.services.credentialAdmin.issue(orgId, context.actor, terms);
  context.done({ orgId, ...issued }, () =>
    secretText(`Issued a credential to ${org.name}.`, { Key: issued.key, Secret: issued.secret }, 'secret'),
  );
}

function rotateCommand(credentials: Command, context: CliContext): void {
  const rotating = command(credentials, 'rotate', {
    summary: 'Issue a successor; the old credential works on for a while, so that the partner can change over',
    example: 'credentials rotate gh_key_live_… --grace 14',
    more: SECRET_HELP,
  })
    .argument('<key>', 'gh_key_…')
    .option('--grace <days>', 'how long the old one works on, in days; as the org has it set (7) unless given');
  withSecretOption(rotating).action((key: string, options: RotateOptions) => rotate(context, parseKeyId(key), options));
}

async function rotate(context: CliContext, old: KeyId, options: RotateOptions): Promise<void> {
  const grace = options.grace === undefined ? undefined : parseCount('--grace', options.grace, GRACE_DAYS);
  assertSecretIsSeen(context, options);
  if (grace === 0)
    await context.confirmation.confirm(`${old} ends within 60 seconds. Rotate it with no time to change over?`);
  const { services, ports } = await context.backoffice();
  const issued = await services.credentialAdmin.rotate(old, context.actor, grace);
  // The secret is in hand and nowhere else: not to know when the old one ends must not keep it from being shown.
  const rotated = await ports.credentials.find(old).catch(() => null);
  const replaced = { key: old, worksUntil: rotated?.expiresAt ?? null };
  context.done({ ...issued, replaced }, () => {
    const until = replaced.worksUntil === null ? '' : ` The old one works until ${toSecond(replaced.worksUntil)}.`;
    return secretText(`Rotated ${old}.${until}`, { Key: issued.key, Secret: issued.secret }, 'secret');
  });
}

async function revoke(context: CliContext, key: KeyId): Promise<void> {
  await context.confirmation.confirm(`Calls with ${key} are refused within 60 seconds, for good. Revoke it?`);
  const { services } = await context.backoffice();
  await services.credentialAdmin.revoke(key, context.actor);
  context.done({ key, status: 'revoked' }, () => `${key} is revoked: calls with it are refused within 60 seconds.`);
}

async function list(context: CliContext, orgId: OrgId): Promise<void> {
  const { services } = await context.backoffice();
  await services.orgs.get(orgId);
  const credentials = await services.credentialAdmin.list(orgId);
  const now = context.world.clock.now();
  context.output.show(
    credentials.map((credential) => factsOf(credential, now)),
    () => (credentials.length === 0 ? 'The org has no credentials.' : listText(credentials, now)),
  );
}

/** Neither hash nor tag of the secret. */
function factsOf({ secretHash: _hash, secretTag: _tag, version: _, ...facts }: CredentialRecord, now: number) {
  const isOver = facts.expiresAt !== null && facts.expiresAt.getTime() <= now;
  return { ...facts, status: facts.status === 'active' && isOver ? 'expired' : facts.status };
}

function listText(credentials: readonly CredentialRecord[], now: number): string {
  const headings = [
    'KEY',
    'NAME',
    'STATUS',
    'SCOPES',
    'ALLOWED FROM',
    'EXPIRES',
    'LAST USED',
    'CREATED',
    'REPLACED BY',
  ];
  const rows = credentials.map((credential): Cell[] => {
    const { keyId, name, status, scopes, allowedAddresses, expiresAt, lastUsedAt, createdAt, rotatedTo } = factsOf(
      credential,
      now,
    );
    const allowed = allowedAddresses?.join(' ');
    return [keyId, name, status, scopes.join(' '), allowed, expiresAt, lastUsedAt ?? 'never', createdAt, rotatedTo];
  });
  return table(headings, rows);
}
