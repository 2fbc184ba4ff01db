import { UnsecuredJWT } from 'jose';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { Backend, Repetition } from '../../lib/backend.js';
import { REPETITIONS } from '../../lib/backend-policy.js';
import type { Clock } from '../../lib/clock.js';
import type { CustomTokenSigner, SessionClaims } from '../../sessions/session-tokens.js';
import type { UserId } from '../../users/user-id.js';

// https://firebase.google.com/docs/auth/admin/create-custom-tokens#create_custom_tokens_using_a_third-party_jwt_library
const AUDIENCE = 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
/** Exchanged at once: five minutes are plenty, the format allows an hour. */
const LIFETIME_SECONDS = 300;

/** A signature that nobody has got is worth nothing: whatever went wrong, another one can be asked for. */
const SIGN_AGAIN: Repetition = { when: () => true, times: REPETITIONS.signing };

/** The part of google-auth-library's `GoogleAuth` that signing needs. It signs with a local key, or else with IAM. */
export interface ServiceAccount {
  getCredentials(): Promise<{ client_email?: string | undefined }>;
  /** base64 of an RS256 signature. */
  sign(data: string): Promise<string>;
}

/** Signs as the function's service account, which needs the role Service Account Token Creator on itself. */
export class ServiceAccountTokenSigner implements CustomTokenSigner {
  constructor(
    private readonly account: ServiceAccount,
    private readonly clock: Clock,
    private readonly backend: Backend,
  ) {}

  async sign(pool: Pool, uid: UserId, claims: SessionClaims): Promise<string> {
    try {
      return await this.backend.call('signBlob', {}, () => this.signNow(pool, uid, claims), SIGN_AGAIN);
    } catch (error) {
      throw new UnavailableError(error);
    }
  }

  private async signNow(pool: Pool, uid: UserId, claims: SessionClaims): Promise<string> {
    const { client_email: email } = await this.account.getCredentials();
    if (email === undefined) throw new Error('the service account has no email');
    const unsigned = [{ alg: 'RS256', typ: 'JWT' }, payload(email, pool, uid, claims, this.clock)]
      .map(encodePart)
      .join('.');
    return `${unsigned}.${Buffer.from(await this.account.sign(unsigned), 'base64').toString('base64url')}`;
  }
}

/** The Auth emulator takes unsigned tokens, and nothing else does. */
export class EmulatorTokenSigner implements CustomTokenSigner {
  constructor(private readonly clock: Clock) {}

  async sign(pool: Pool, uid: UserId, claims: SessionClaims): Promise<string> {
    return new UnsecuredJWT(payload('firebase-auth-emulator@example.com', pool, uid, claims, this.clock)).encode();
  }
}

function payload(email: string, pool: Pool, uid: UserId, claims: SessionClaims, clock: Clock): Record<string, unknown> {
  const issuedAt = Math.floor(clock.now() / 1_000);
  const tenant = pool.tenantId === null ? {} : { tenant_id: pool.tenantId };
  return {
    iss: email,
    sub: email,
    aud: AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    uid,
    claims,
    ...tenant,
  };
}

function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
