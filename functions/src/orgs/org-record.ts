import type { CountryCode } from '../contacts/contact.js';
import type { OrgPool, TenantId } from '../identity/pool.js';
import type { LimitSettings } from '../limits/limit-policy.js';
import type { OrgId } from './org-id.js';

/** `suspended` can be resumed, `revoked` is for good. Only `active` orgs are served. */
export type OrgStatus = 'active' | 'suspended' | 'revoked';

/** An identity provider whose tokens an org trusts. The keys are pinned: a token never chooses where they come from. */
export interface TrustedIssuer {
  readonly iss: string;
  readonly aud: string;
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
}

/** What an org may choose for itself; what it leaves out takes the default of its policy. */
export interface OrgSettings {
  /** Digits of a code, 4–10. */
  readonly codeLength: number;
  /** Lifetime of a code in seconds, at most 600. */
  readonly codeLifetimeSeconds: number;
  readonly defaultCountry: CountryCode;
  /** Fewest characters of a password; an API's own minimum applies as well. */
  readonly passwordMinLength: number;
  /** Own limits by the names of their windows, `{ sends10m: 2 }`, within the ceilings of the policy. */
  readonly limits?: LimitSettings;
  readonly trustedIssuer?: TrustedIssuer;
}

export const DEFAULT_ORG_SETTINGS: OrgSettings = {
  codeLength: 6,
  codeLifetimeSeconds: 600,
  defaultCountry: 'US',
  passwordMinLength: 6,
};

/** A partner organization. */
export interface OrgRecord {
  readonly orgId: OrgId;
  readonly name: string;
  readonly status: OrgStatus;
  readonly tenantId: TenantId;
  readonly settings: OrgSettings;
  readonly createdAt: Date;
  /** Sessions begun before this are dead: set when the org is suspended, so that resuming does not revive them. */
  readonly sessionsValidFrom: Date;
}

export function orgPool(org: OrgRecord): OrgPool {
  return { id: org.orgId, tenantId: org.tenantId };
}
