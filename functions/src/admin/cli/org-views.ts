import { type OrgDocument, orgOf } from '../../orgs/org-record.js';
import { type Cell, fields, table } from './cli-table.js';
import { orgName } from './org-lookup.js';

/** An org as programs get it. */
export function orgFacts(document: OrgDocument) {
  const { orgId, tenantId, createdAt, sessionsValidFrom, inForce, problems } = document;
  const { provisioning, provisioningMessage, provisioningRetryAt } = document;
  return {
    orgId,
    name: orgName(document),
    status: orgOf(document)?.status ?? null,
    environment: inForce?.environment ?? null,
    provisioning,
    provisioningMessage,
    provisioningRetryAt,
    tenantId,
    createdAt,
    sessionsValidFrom,
    settings: inForce?.settings ?? null,
    problems,
  };
}

export function orgRow(document: OrgDocument): Cell[] {
  const { orgId, name, status, environment, provisioning, problems, createdAt } = orgFacts(document);
  const found = Object.keys(problems).length;
  return [orgId, name, status, environment, provisioning ?? 'waiting', found === 0 ? '' : found, createdAt];
}

export function orgText(document: OrgDocument): string {
  const { settings, problems, ...org } = orgFacts(document);
  const facts = fields({
    'Org id': org.orgId,
    Name: org.name,
    Status: org.status,
    Environment: org.environment,
    Provisioning: org.provisioning ?? 'waiting: nobody has looked at it yet',
    ...(org.provisioningMessage === null ? {} : { 'What to do': org.provisioningMessage }),
    ...(org.provisioningRetryAt === null ? {} : { 'Tried again at': org.provisioningRetryAt }),
    Tenant: org.tenantId,
    Created: org.createdAt,
    'Sessions valid from': org.sessionsValidFrom.getTime() === 0 ? null : org.sessionsValidFrom,
  });
  const inForce = Object.entries(settings ?? {}).map(([name, value]) => [name, settingText(value)]);
  return [
    facts,
    ...(settings === null ? [] : [table(['SETTING', 'IN FORCE'], inForce)]),
    ...(Object.keys(problems).length === 0 ? [] : [table(['PROBLEM WITH', 'WHAT TO DO'], Object.entries(problems))]),
  ].join('\n\n');
}

function settingText(value: unknown): string {
  if (value === null) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
