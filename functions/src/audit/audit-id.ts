import { type Brand, prefixedId } from '../lib/brand.js';

export type AuditId = Brand<'AuditId'>;

export const auditId = prefixedId<'AuditId'>('aud');
