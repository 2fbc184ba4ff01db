import type { OrgId } from '../../orgs/org-id.js';
import { type OrgDocument, type OrgRecord, orgOf } from '../../orgs/org-record.js';
import type { Backoffice } from './backoffice.js';
import { CliError } from './cli-errors.js';

/** An org that is there for users and credentials to be in. @throws NotFoundError, CliError, UnavailableError */
export async function provisionedOrg({ services }: Backoffice, orgId: OrgId): Promise<OrgRecord> {
  const document = await services.orgs.get(orgId);
  const org = orgOf(document);
  if (org !== null) return org;
  throw new CliError(`The org is not provisioned yet.\n${whyNot(document)}`);
}

/** As it is called, or would be once it is provisioned; its id where it has no name. */
export function orgName({ orgId, inForce, written }: OrgDocument): string {
  if (inForce !== null) return inForce.name;
  return typeof written.name === 'string' && written.name.trim() !== '' ? written.name : orgId;
}

function whyNot({ orgId, provisioning, provisioningMessage }: OrgDocument): string {
  if (provisioningMessage !== null) return provisioningMessage;
  const state = provisioning ?? 'nobody has looked at it yet';
  return `Its provisioning: ${state}. See \`orgs show ${orgId}\`.`;
}
