import type { OrgId } from '../orgs/org-id.js';
import type { TenantId } from './pool.js';

/** Identity Platform is not set up as we need it. `message` says what to do, to an admin. */
export class TenantSetupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TenantSetupError';
  }
}

/** Port: the tenants of Identity Platform. Every method `@throws UnavailableError`. */
export interface TenantDirectory {
  /**
   * Makes a tenant with email and password sign-in and enumeration protection on, and client sign-up and client deletion
   * off. Its display name tells whose it is. @throws TenantSetupError
   */
  create(orgId: OrgId, name: string): Promise<TenantId>;
  /** A tenant made for the org by somebody who did not live to write it down. @throws TenantSetupError */
  findOf(orgId: OrgId): Promise<TenantId | null>;
  /** With all of its users. Deleting one that is gone is no error. */
  delete(tenantId: TenantId): Promise<void>;
}
