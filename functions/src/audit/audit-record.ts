import type { OrgId } from '../orgs/org-id.js';
import { type AuditId, auditId } from './audit-id.js';

/** What admins do, by the name under which it is kept. */
export const AUDIT_ACTIONS = [
  'org.created',
  'org.provisioned',
  'org.renamed',
  'org.suspended',
  'org.resumed',
  'org.revoked',
  'org.settings_changed',
  'org.sms_cap_near',
  'org.sms_cap_reached',
  'org.deletion_begun',
  'org.deleted',
  'credential.issued',
  'credential.rotated',
  'credential.revoked',
  'credential.changed',
  'app.created',
  'app.rotated',
  'app.revoked',
  'user.status_changed',
  'user.kyc_changed',
  'user.role_changed',
  'user.unlocked',
  'user.deleted',
  'session.revoked',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who acts on the service, and from where. */
export interface Actor {
  /** `console`: whoever edited a document; `cli`: the command line; `system`: the service by itself. */
  readonly kind: 'console' | 'cli' | 'system';
  /** The account, as the platform or the operating system names it; null where it does not tell. */
  readonly id: string | null;
  /** The machine; null where the platform does not tell. */
  readonly from: string | null;
  /** Of the run of the command, or of the event that told of the edit. */
  readonly requestId: string;
}

export interface AuditTarget {
  readonly kind: 'org' | 'credential' | 'app' | 'user' | 'session';
  readonly id: string;
}

/** What an action came to: ids, states and names of fields; never what a person or a partner has written. */
export type AuditDetails = Readonly<Record<string, string>>;

/** One thing that an admin did. Written in the commit that does it, so that there is one for each. */
export interface AuditRecord {
  readonly id: AuditId;
  /** null for the main app. */
  readonly orgId: OrgId | null;
  readonly at: Date;
  readonly action: AuditAction;
  readonly target: AuditTarget;
  readonly actor: Actor;
  readonly details: AuditDetails;
}

export function auditRecord(
  entry: Omit<AuditRecord, 'id' | 'details'> & { readonly details?: AuditDetails },
): AuditRecord {
  return { details: {}, ...entry, id: auditId.generate() };
}
