import type { Command } from 'commander';
import type { AppId } from '../../apps/app-id.js';
import type { AppRecord } from '../../apps/app-record.js';
import { GRACE_DAYS } from '../../edits/grace-days.js';
import type { OrgId } from '../../orgs/org-id.js';
import { collect, parseAppId, parseCount, parseOrgId } from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { table } from './cli-table.js';
import { command, group } from './command-kit.js';
import { assertSecretIsSeen, SECRET_HELP, type SecretOptions, secretText, withSecretOption } from './shown-secrets.js';

interface CreateOptions extends SecretOptions {
  readonly origin?: readonly string[];
}

interface RotateOptions extends SecretOptions {
  readonly grace?: string;
}

export function appsCommands(program: Command, context: CliContext): void {
  const apps = group(program, 'apps', 'The client apps of orgs');
  const create = command(apps, 'create', {
    summary: 'Make an app of an org, with its API key',
    example: 'apps create org_4f1… "Acme web" --origin https://app.acme.example',
    more: SECRET_HELP,
  })
    .argument('<orgId>')
    .argument('<name>', 'to know it by')
    .option('--origin <origin>', 'web page that may call with it; can be given more than once', collect);
  withSecretOption(create).action((id: string, name: string, options: CreateOptions) =>
    createApp(context, parseOrgId(id), name, options),
  );
  command(apps, 'list', { summary: 'List the apps of an org, oldest first', example: 'apps list org_4f1…' })
    .argument('<orgId>')
    .action((id: string) => listApps(context, parseOrgId(id)));
  rotateCommand(apps, context);
  command(apps, 'revoke', { summary: 'End an app and its API key, for good', example: 'apps revoke app_7d0…' })
    .argument('<appId>', 'app_…')
    .action((id: string) => revokeApp(context, parseAppId(id)));
}

async function createApp(context: CliContext, orgId: OrgId, name: string, options: CreateOptions): Promise<void> {
  assertSecretIsSeen(context, options);
  const { services } = await context.backoffice();
  const made = await services.apps.create(orgId, name, options.origin ?? [], context.actor);
  context.done({ orgId, ...made }, () =>
    secretText('Made the app.', { 'App id': made.appId, 'API key': made.apiKey }, 'API key'),
  );
}

function rotateCommand(apps: Command, context: CliContext): void {
  const rotating = command(apps, 'rotate', {
    summary: 'Give an app a new API key; the old one works on for a while',
    example: 'apps rotate app_7d0… --grace 30',
    more: SECRET_HELP,
  })
    .argument('<appId>', 'app_…')
    .option('--grace <days>', `how long the old key works on, in days; ${GRACE_DAYS.usual} unless given`);
  withSecretOption(rotating).action((id: string, options: RotateOptions) =>
    rotateApp(context, parseAppId(id), options),
  );
}

async function rotateApp(context: CliContext, appId: AppId, options: RotateOptions): Promise<void> {
  const { grace } = options;
  const days = grace === undefined ? GRACE_DAYS.usual : parseCount('--grace', grace, GRACE_DAYS);
  assertSecretIsSeen(context, options);
  if (days === 0)
    await context.confirmation.confirm(`The old key of ${appId} ends at once. Rotate it with no time to change over?`);
  const { services } = await context.backoffice();
  const apiKey = await services.apps.rotate(appId, context.actor, days);
  const old =
    days === 0
      ? 'The old key has ended.'
      : `The old key works for ${days === 1 ? 'one more day' : `${days} more days`}.`;
  context.done({ appId, apiKey, graceDays: days }, () =>
    secretText(`Rotated the key of ${appId}. ${old}`, { 'API key': apiKey }, 'API key'),
  );
}

async function revokeApp(context: CliContext, appId: AppId): Promise<void> {
  await context.confirmation.confirm(`The app ${appId} can't call any more, for good. Revoke it?`);
  const { services } = await context.backoffice();
  await services.apps.revoke(appId, context.actor);
  context.done({ appId, status: 'revoked' }, () => `${appId} is revoked.`);
}

async function listApps(context: CliContext, orgId: OrgId): Promise<void> {
  const { services } = await context.backoffice();
  await services.orgs.get(orgId);
  const apps = (await services.apps.list(orgId)).map(factsOf);
  const rows = apps.map((app) => [
    app.appId,
    app.name,
    app.status,
    app.origins.join(' '),
    app.oldKeyWorksUntil,
    app.createdAt,
  ]);
  context.output.show(apps, () =>
    apps.length === 0
      ? 'The org has no apps.'
      : table(['APP ID', 'NAME', 'STATUS', 'ORIGINS', 'OLD KEY UNTIL', 'CREATED'], rows),
  );
}

/** Without the hashes of its keys. */
function factsOf({ appId, orgId, name, status, origins, previousKey, createdAt }: AppRecord) {
  return { appId, orgId, name, status, origins, oldKeyWorksUntil: previousKey?.expiresAt ?? null, createdAt };
}
