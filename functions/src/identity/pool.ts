import type { OrgId } from '../orgs/org-id.js';

/** The Identity Platform tenant of an org, as Google names it. */
export type TenantId = string;

/**
 * Where a user lives: the tenant of one org, or the project's own users (the main app). `id` names it in keys and
 * documents.
 */
export type Pool = OrgPool | MainPool;

export interface OrgPool {
  readonly id: OrgId;
  readonly tenantId: TenantId;
}

export interface MainPool {
  readonly id: 'main';
  readonly tenantId: null;
}

export const MAIN_POOL: MainPool = { id: 'main', tenantId: null };

/** null for the main app, which is no org. */
export function orgIdOf(pool: Pool): OrgId | null {
  return pool.id === MAIN_POOL.id ? null : pool.id;
}
