import type { Command } from 'commander';
import { allPages } from '../../lib/all-pages.js';
import type { OrgId } from '../../orgs/org-id.js';
import type { OrgDocument, OrgStatus } from '../../orgs/org-record.js';
import { collectWhole, parseOrgId, parseSettings } from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { table } from './cli-table.js';
import { command, group } from './command-kit.js';
import { provisionedOrg } from './org-lookup.js';
import { orgFacts, orgRow, orgText } from './org-views.js';
import { orgDeletion } from './orgs-delete.js';
import { assertSecretIsSeen, SECRET_HELP, type SecretOptions, secretText, withSecretOption } from './shown-secrets.js';

interface CreateOptions extends SecretOptions {
  readonly test?: boolean;
  readonly setting?: readonly string[];
}

const CREATE_HELP =
  'A value that reads as JSON is taken as that: smsCountries=\'["US","CA"]\', smsPerDay=500; any other is a text.\n' +
  'What is not set has its default: `orgs show` lists all settings of an org.\n\n';

export function orgsCommands(program: Command, context: CliContext): void {
  const orgs = group(program, 'orgs', 'Partner organizations');
  const create = command(orgs, 'create', {
    summary: 'Make an org with its tenant and its first credential',
    example: 'orgs create Acme --setting codeLength=8',
    more: `${CREATE_HELP}${SECRET_HELP}`,
  })
    .argument('<name>', 'as its users are to read it')
    .option('--test', 'make a test org: it sends no messages')
    .option('--setting <key=value>', 'a setting of its own; can be given more than once', collectWhole);
  withSecretOption(create).action((name: string, options: CreateOptions) => createOrg(context, name, options));

  command(orgs, 'list', { summary: 'List all orgs, oldest first', example: 'orgs list' }).action(() =>
    listOrgs(context),
  );
  command(orgs, 'show', {
    summary: 'Show an org: the settings in force, what is wrong with its document, how its provisioning stands',
    example: 'orgs show org_4f1…',
  })
    .argument('<orgId>')
    .action((id: string) => showOrg(context, parseOrgId(id)));
  statusCommand(orgs, context, 'suspend');
  statusCommand(orgs, context, 'resume');
  statusCommand(orgs, context, 'revoke');
  orgDeletion(orgs, context);
}

async function createOrg(context: CliContext, name: string, options: CreateOptions): Promise<void> {
  const settings = parseSettings(options.setting ?? []);
  assertSecretIsSeen(context, options);
  const { services } = await context.backoffice();
  context.hint = 'The org may have been begun. See `orgs list`, and for a secret `credentials issue`.';
  const environment = options.test === true ? 'test' : 'live';
  const { org, credential } = await services.orgs.create({ name, environment, settings }, context.actor);
  const { orgId, tenantId } = org;
  context.done({ orgId, name: org.name, environment, tenantId, ...credential }, () =>
    secretText(
      `Made the ${environment} org ${org.name}.`,
      { 'Org id': orgId, Key: credential.key, Secret: credential.secret },
      'secret',
    ),
  );
}

async function listOrgs(context: CliContext): Promise<void> {
  const { services } = await context.backoffice();
  const found = await allPages<OrgDocument>((limit, last) => services.orgs.list(limit, last?.orgId));
  const orgs = found.sort((one, other) => createdAt(one) - createdAt(other));
  context.output.show(orgs.map(orgFacts), () =>
    orgs.length === 0
      ? `There are no orgs. Make one: ${context.commandLine('orgs create <name>')}`
      : table(['ORG ID', 'NAME', 'STATUS', 'ENVIRONMENT', 'PROVISIONING', 'PROBLEMS', 'CREATED'], orgs.map(orgRow)),
  );
}

/** What is not provisioned yet is the newest there is. */
function createdAt(org: OrgDocument): number {
  return org.createdAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

async function showOrg(context: CliContext, orgId: OrgId): Promise<void> {
  const { services } = await context.backoffice();
  const org = await services.orgs.get(orgId);
  context.output.show(orgFacts(org), () => orgText(org));
}

type Step = 'suspend' | 'resume' | 'revoke';

interface StepText {
  readonly status: OrgStatus;
  readonly summary: string;
  /** What is asked before it, and what follows from it. */
  readonly question?: string;
  readonly outcome: string;
}

const STEPS: Readonly<Record<Step, StepText>> = {
  suspend: {
    status: 'suspended',
    summary: 'Refuse all calls of an org and end the sessions of its users, within 60 seconds',
    question: 'All its calls are refused and the sessions of its users end, within 60 seconds. Suspend',
    outcome: 'is suspended: all its calls are refused within 60 seconds.',
  },
  resume: {
    status: 'active',
    summary: 'Let a suspended org work again; sessions from before stay dead',
    outcome: 'works again within 60 seconds; its users log in anew.',
  },
  revoke: {
    status: 'revoked',
    summary: 'End an org for good, as if suspended; its data stays until `orgs delete`',
    question: "All its calls are refused within 60 seconds, and this can't be taken back. Revoke",
    outcome: 'is revoked for good. `orgs delete` removes its data as well.',
  },
};

function statusCommand(orgs: Command, context: CliContext, step: Step): void {
  command(orgs, step, { summary: STEPS[step].summary, example: `orgs ${step} org_4f1…` })
    .argument('<orgId>')
    .action((id: string) => setStatus(context, parseOrgId(id), step));
}

async function setStatus(context: CliContext, orgId: OrgId, step: Step): Promise<void> {
  const { question, outcome, status } = STEPS[step];
  if (question !== undefined) context.confirmation.assertPossible();
  const backoffice = await context.backoffice();
  const { name } = await provisionedOrg(backoffice, orgId);
  if (question !== undefined) await context.confirmation.confirm(`${question} the org ${name} (${orgId})?`);
  await backoffice.services.orgs[step](orgId, context.actor);
  context.done({ orgId, name, status }, () => `The org ${name} ${outcome}`);
}
