import type { CredentialEnvironment } from '../credentials/credential-id.js';
import type { Edited } from '../edits/edited.js';
import type { OrgPool, TenantId } from '../identity/pool.js';
import { isMap } from '../lib/is-map.js';
import type { OrgId } from './org-id.js';
import type { OrgSettings } from './org-settings.js';

/** `suspended` can be resumed, `revoked` is for good. Only `active` orgs are served. */
export type OrgStatus = 'active' | 'suspended' | 'revoked';

/** What an admin decides about an org. */
export interface OrgTerms {
  readonly name: string;
  readonly status: OrgStatus;
  /** `test`: made to try things out, and sends no messages. It can't be changed. */
  readonly environment: CredentialEnvironment;
  readonly settings: OrgSettings;
}

/** A partner organization, as the service goes by it. */
export interface OrgRecord extends OrgTerms {
  readonly orgId: OrgId;
  readonly tenantId: TenantId;
  readonly createdAt: Date;
  /** Sessions begun before this are dead: set when the org is suspended, so that resuming does not revive them. */
  readonly sessionsValidFrom: Date;
}

/** `running`: somebody is at it, or it is to be tried again. `failed`: the document, or the project, has to be mended. */
export type ProvisioningState = 'running' | 'done' | 'failed';

export interface Provisioning {
  /** null for a document that nobody has looked at yet. */
  readonly provisioning: ProvisioningState | null;
  readonly provisioningMessage: string | null;
  /** When to try again, unless somebody has finished it by then; null when only an edit helps. */
  readonly provisioningRetryAt: Date | null;
}

/** The document behind an org, which is there before the org is. */
export interface OrgDocument extends Provisioning {
  readonly orgId: OrgId;
  readonly tenantId: TenantId | null;
  readonly createdAt: Date | null;
  readonly sessionsValidFrom: Date;
  readonly version: string;
  readonly written: { readonly [Field in keyof OrgTerms]: unknown };
  /** null until it is provisioned. */
  readonly inForce: OrgTerms | null;
  readonly problems: Edited<OrgTerms>['problems'];
}

export function orgPool(org: Pick<OrgRecord, 'orgId' | 'tenantId'>): OrgPool {
  return { id: org.orgId, tenantId: org.tenantId };
}

/**
 * The org that a document makes; null until it is provisioned. Its status holds as soon as it is written, where that is the
 * stricter: no lost or late trigger keeps an org served that an admin has suspended, or its messages going that one has
 * switched off.
 */
export function orgOf(document: OrgDocument): OrgRecord | null {
  const { orgId, tenantId, inForce, createdAt, sessionsValidFrom, written } = document;
  if (tenantId === null || inForce === null) return null;
  const status = strictest(written.status, inForce.status);
  const settings = { ...inForce.settings, sendMessages: inForce.settings.sendMessages && !isSwitchedOff(written) };
  return { ...inForce, settings, orgId, tenantId, status, createdAt: createdAt ?? new Date(0), sessionsValidFrom };
}

/** Whoever wrote anything but yes there hardly meant to keep messages going. */
function isSwitchedOff({ settings }: OrgDocument['written']): boolean {
  return isMap(settings) && Object.hasOwn(settings, 'sendMessages') && settings['sendMessages'] !== true;
}

/** A word that is no status was hardly meant to keep an org going. */
function strictest(written: unknown, inForce: OrgStatus): OrgStatus {
  if (inForce === 'revoked' || written === 'revoked') return 'revoked';
  return written === 'active' ? 'active' : 'suspended';
}
