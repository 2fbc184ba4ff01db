import type { TenantId } from './pool.js';

/** Port: the tenants of Identity Platform. */
export interface TenantDirectory {
  /**
   * Makes a tenant with email and password sign-in on, and client sign-up and client deletion off.
   * @throws UnavailableError
   */
  create(displayName: string): Promise<TenantId>;
}
