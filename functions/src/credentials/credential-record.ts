import type { OrgId } from '../orgs/org-id.js';
import type { KeyId } from './credential-id.js';

export type CredentialStatus = 'active' | 'revoked';
export type CredentialScope = 'auth' | 'users:read' | 'users:write' | 'token:exchange' | 'pii:read';

export interface CredentialRecord {
  readonly keyId: KeyId;
  readonly orgId: OrgId;
  /** bcrypt: what guards the secret when the index key has leaked as well. */
  readonly secretHash: string;
  /** The secret's MAC, which refuses wrong ones before bcrypt; null where it was lost, and then bcrypt alone decides. */
  readonly secretTag: string | null;
  /** The first characters of the secret, to recognise it by. */
  readonly prefix: string;
  readonly status: CredentialStatus;
  readonly scopes: readonly CredentialScope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}
