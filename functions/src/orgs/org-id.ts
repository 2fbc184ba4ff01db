import { type Brand, prefixedId } from '../lib/brand.js';

export type OrgId = Brand<'OrgId'>;

export const orgId = prefixedId<'OrgId'>('org');
