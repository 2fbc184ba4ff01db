import type { Command } from 'commander';
import { NotFoundError } from '../../errors/gatehouse-error.js';
import type { OrgId } from '../../orgs/org-id.js';
import type { Backoffice } from './backoffice.js';
import { parseOrgId } from './cli-arguments.js';
import type { CliContext } from './cli-context.js';
import { command } from './command-kit.js';
import { orgName } from './org-lookup.js';

const HELP =
  'It asks for the name of the org. It can be interrupted: the same command goes on where it was.\n' +
  'The audit log of the org stays.';

export function orgDeletion(orgs: Command, context: CliContext): void {
  command(orgs, 'delete', {
    summary: 'Delete an org with its tenant, users, sessions, credentials and apps',
    example: 'orgs delete org_4f1…',
    more: HELP,
  })
    .argument('<orgId>')
    .action((id: string) => deleteOrg(context, parseOrgId(id)));
}

async function deleteOrg(context: CliContext, orgId: OrgId): Promise<void> {
  context.confirmation.assertPossible();
  const { services } = await context.backoffice();
  const name = await nameOf(services.orgs, orgId);
  if (name !== null) {
    const what = `The org ${name} (${orgId}) goes for good, with all its users, sessions, credentials and apps.`;
    await context.confirmation.confirmByName(`${what} Type its name to delete it:`, name);
  }
  context.hint = `It is half deleted. To go on: ${context.commandLine(`orgs delete ${orgId}`)}`;
  const deleted: Record<string, number> = {};
  await services.deletion.run(orgId, context.actor, ({ step, done }) => {
    deleted[step] = done;
    context.output.note(`${step}: ${done} deleted`);
  });
  context.done({ orgId, name, deleted }, () =>
    name === null ? `The org ${orgId} was deleted before.` : `The org ${name} is deleted.`,
  );
}

/** null for an org that is gone. */
async function nameOf(orgs: Backoffice['services']['orgs'], orgId: OrgId): Promise<string | null> {
  try {
    return orgName(await orgs.get(orgId));
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
