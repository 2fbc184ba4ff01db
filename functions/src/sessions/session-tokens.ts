import type { Pool } from '../identity/pool.js';
import type { OrgId } from '../orgs/org-id.js';
import type { UserId } from '../users/user-id.js';
import type { SessionId } from './session-id.js';

/** Our claims in a session token. */
export interface SessionClaims {
  readonly sid: SessionId;
  readonly org_id: OrgId | null;
  readonly role: string;
  /** How the user proved who it is, in the values of RFC 8176. Its claim `amr` is one that custom tokens may not set. */
  readonly auth_methods: readonly string[];
}

export interface SessionToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * What a token says after its signature, issuer, audience, times, tenant and sign-in provider were checked: of which session
 * it is or, in the main app alone, when its user signed in with the client SDK.
 */
export type VerifiedToken = { readonly uid: UserId } & (
  | { readonly sid: SessionId }
  | { readonly sid: null; readonly signedInAt: Date }
);

/** Port: signs custom tokens, with IAM in production. @throws UnavailableError */
export interface CustomTokenSigner {
  sign(pool: Pool, uid: UserId, claims: SessionClaims): Promise<string>;
}

/** Port: exchanges a custom token for an ID token. */
export interface TokenExchanger {
  /** @throws UserInactiveError when the user is disabled or gone. @throws UnavailableError */
  exchange(pool: Pool, customToken: string): Promise<SessionToken>;
}

/** Port: checks session tokens. */
export interface SessionTokenVerifier {
  /** @throws InvalidSessionError for any token that is not ours. @throws UnavailableError when the keys can't be had. */
  verify(pool: Pool, token: string): Promise<VerifiedToken>;
}
