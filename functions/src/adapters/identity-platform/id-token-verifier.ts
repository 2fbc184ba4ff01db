import { type JWTPayload, type JWTVerifyGetKey, jwtVerify, UnsecuredJWT } from 'jose';
import { InvalidSessionError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import { type Clock, HOUR_MS, SECOND_MS } from '../../lib/clock.js';
import { sessionId } from '../../sessions/session-id.js';
import type { SessionTokenVerifier, VerifiedToken } from '../../sessions/session-tokens.js';
import { isGivenUserId, userId } from '../../users/user-id.js';
import { CLOCK_SKEW_SECONDS, checkToken } from '../token-check.js';

/** Google publishes the keys of ID tokens here. */
export const SECURETOKEN_JWKS_URL =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';

export interface IdTokenVerifierOptions {
  readonly projectId: string;
  readonly clock: Clock;
  /** The keys that sign ID tokens; `'emulator'` takes the Auth emulator's unsigned tokens. */
  readonly keys: JWTVerifyGetKey | 'emulator';
}

/** Whoever asks for an anonymous account has it: a token of one says nothing of anybody. */
const NO_SIGN_IN: readonly string[] = ['custom', 'anonymous'];

/**
 * Accepts the session tokens of one pool: the tenant must be the pool's, and the sign-in must be by a custom token of ours
 * that names a session. Of all else that Identity Platform signs, only what users of the main app sign in with themselves.
 */
export class IdTokenVerifier implements SessionTokenVerifier {
  constructor(private readonly options: IdTokenVerifierOptions) {}

  async verify(pool: Pool, token: string): Promise<VerifiedToken> {
    const payload = await checkToken(
      token,
      () => this.verifySignature(token),
      (cause) => new InvalidSessionError(cause),
    );
    const firebase = payload['firebase'] as { tenant?: unknown; sign_in_provider?: unknown } | undefined;
    const { sub: uid, sid } = payload;
    const isMain = pool.id === 'main';
    const isOfPool =
      (firebase?.tenant ?? null) === pool.tenantId && (payload['org_id'] ?? null) === (isMain ? null : pool.id);
    const isUserId = isMain ? isGivenUserId : userId.is;
    if (!isOfPool || !isUserId(uid)) throw new InvalidSessionError();
    const provider = firebase?.sign_in_provider;
    if (provider === 'custom' && sessionId.is(sid)) return { uid, sid };
    if (!isMain || typeof provider !== 'string' || NO_SIGN_IN.includes(provider)) throw new InvalidSessionError();
    return { uid, sid: null, signedInAt: signInTime(payload) };
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
    if (keys === 'emulator') return UnsecuredJWT.decode(token, expected).payload;
    return (await jwtVerify(token, keys, { ...expected, algorithms: ['RS256'] })).payload;
  }
}

/** @throws InvalidSessionError */
function signInTime({ auth_time: seconds }: JWTPayload): Date {
  if (typeof seconds !== 'number') throw new InvalidSessionError();
  return new Date(seconds * SECOND_MS);
}
