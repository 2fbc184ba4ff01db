import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, UnsecuredJWT } from 'jose';
import { InvalidSessionError, UnavailableError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import { type Clock, HOUR_MS, SECOND_MS } from '../../lib/clock.js';
import { sessionId } from '../../sessions/session-id.js';
import type { SessionTokenVerifier, VerifiedToken } from '../../sessions/session-tokens.js';
import { userId } from '../../users/user-id.js';

/** Google publishes the keys of ID tokens here. */
export const SECURETOKEN_JWKS_URL =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';
const CLOCK_SKEW_SECONDS = 30;
/** ID tokens are below 2 kB; anything much longer is not parsed. */
const TOKEN_MAX_LENGTH = 8_192;

export interface IdTokenVerifierOptions {
  readonly projectId: string;
  readonly clock: Clock;
  /** The keys that sign ID tokens; `'emulator'` takes the Auth emulator's unsigned tokens. */
  readonly keys: JWTVerifyGetKey | 'emulator';
}

/**
 * Accepts the session tokens of one pool, and nothing else that Identity Platform signs: the tenant must be the pool's,
 * and the sign-in must be by a custom token of ours that names a session.
 */
export class IdTokenVerifier implements SessionTokenVerifier {
  constructor(private readonly options: IdTokenVerifierOptions) {}

  async verify(pool: Pool, token: string): Promise<VerifiedToken> {
    if (token.length > TOKEN_MAX_LENGTH) throw new InvalidSessionError();
    const payload = await this.verifySignature(token);
    const firebase = payload['firebase'] as { tenant?: unknown; sign_in_provider?: unknown } | undefined;
    const { sub: uid, sid } = payload;
    const ofPool =
      (firebase?.tenant ?? null) === pool.tenantId && payload['org_id'] === (pool.id === 'main' ? null : pool.id);
    if (!ofPool || firebase?.sign_in_provider !== 'custom') throw new InvalidSessionError();
    if (!userId.is(uid) || !sessionId.is(sid)) throw new InvalidSessionError();
    return { uid, sid };
  }

  private async verifySignature(token: string): Promise<JWTPayload> {
    const { projectId, clock, keys } = this.options;
    const expected = {
      issuer: `https://securetoken.google.com/${projectId}`,
      audience: projectId,
      currentDate: new Date(clock.now()),
      clockTolerance: CLOCK_SKEW_SECONDS,
      maxTokenAge: HOUR_MS / SECOND_MS,
      requiredClaims: ['sub', 'exp', 'iat'],
    };
    try {
      if (keys === 'emulator') return UnsecuredJWT.decode(token, expected).payload;
      return (await jwtVerify(token, keys, { ...expected, algorithms: ['RS256'] })).payload;
    } catch (error) {
      throw isKeyOutage(error) ? new UnavailableError(error) : new InvalidSessionError(error);
    }
  }
}

/** The keys could not be had, which says nothing about the token: jose's base error, a time-out, or fetch's TypeError. */
function isKeyOutage(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && error.cause !== undefined;
}
