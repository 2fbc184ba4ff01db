import { MAIN_POOL, type Pool } from '../identity/pool.js';
import type { MainApp } from './main-app.js';
import { type OrgRecord, orgPool } from './org-record.js';

/** Whose users a pool holds. */
export type PoolOwner = OrgRecord | MainApp;

/** Whether nobody is to learn from an answer who has an account. Partners' users may always rely on it. */
export function hidesExistence(owner: PoolOwner): boolean {
  return owner.orgId !== null || owner.hidesExistence;
}

export function poolOf(owner: PoolOwner): Pool {
  return owner.orgId === null ? MAIN_POOL : orgPool(owner);
}
