import type { Edited } from '../edits/edited.js';
import type { OrgId } from '../orgs/org-id.js';
import type { KeyId, OrgSecret } from './credential-id.js';

export type CredentialStatus = 'active' | 'revoked';

export const CREDENTIAL_SCOPES = ['auth', 'users:read', 'users:write', 'token:exchange', 'pii:read'] as const;
export type CredentialScope = (typeof CREDENTIAL_SCOPES)[number];

/** What an admin decides about a credential. */
export interface CredentialTerms {
  readonly name: string;
  /** `revoked` is for good. */
  readonly status: CredentialStatus;
  readonly scopes: readonly CredentialScope[];
  readonly expiresAt: Date | null;
  /** Addresses and networks that it may be used from, as text; null for any. */
  readonly allowedAddresses: readonly string[] | null;
}

/** A credential, as the service goes by it. */
export interface CredentialRecord extends CredentialTerms {
  readonly keyId: KeyId;
  readonly orgId: OrgId;
  /** bcrypt: what guards the secret when the index key has leaked as well. */
  readonly secretHash: string;
  /** The secret's MAC, which refuses wrong ones before bcrypt; null where it was lost, and then bcrypt alone decides. */
  readonly secretTag: string | null;
  /** The first characters of the secret, to recognise it by. */
  readonly prefix: string;
  readonly createdAt: Date;
  /** Who had it issued, as the audit log names actors: `cli:ada`. */
  readonly createdBy: string;
  /** To the hour. */
  readonly lastUsedAt: Date | null;
  /** The credential that takes its place, once it was rotated. */
  readonly rotatedTo: KeyId | null;
  /** Until when its secret can be read in the console; null when it can't. */
  readonly secretShownUntil: Date | null;
  /** Of the document; changes with every write. */
  readonly version: string;
}

/** The document behind a credential. */
export interface CredentialDocument extends Omit<CredentialRecord, keyof CredentialTerms>, Edited<CredentialTerms> {
  /** Whether an admin asks for a successor. */
  readonly rotate: unknown;
}

/** A secret that is shown in the console, until it is used or its time is over. */
export interface ShownSecret {
  readonly secret: OrgSecret;
  readonly until: Date;
}

/** A credential to be stored, and its secret where the console is to show it. */
export interface NewCredential {
  readonly credential: Omit<CredentialRecord, 'version'>;
  readonly shown: ShownSecret | null;
}

/**
 * The credential that a document makes. A revocation holds as soon as it is written, whatever becomes of the trigger; and
 * a word that is no status was hardly meant to keep it going.
 */
export function credentialOf(document: CredentialDocument): CredentialRecord {
  const { written, inForce, problems: _problems, rotate: _rotate, ...facts } = document;
  return { ...facts, ...inForce, status: written.status === 'active' ? inForce.status : 'revoked' };
}
